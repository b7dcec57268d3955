-- docs/lint.md, typed.
require("spec.support.page").spec("docs/lint.md", { describe = describe, it = it })
