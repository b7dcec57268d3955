-- docs/zero-downtime.md, typed.
require("spec.support.page").spec("docs/zero-downtime.md", { describe = describe, it = it })
