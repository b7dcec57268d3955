-- docs/writing-migrations.md, typed.
require("spec.support.page").spec("docs/writing-migrations.md", { describe = describe, it = it })
