-- docs/backfills.md, typed.
require("spec.support.page").spec("docs/backfills.md", { describe = describe, it = it })
