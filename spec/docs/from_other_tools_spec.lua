-- docs/from-other-tools.md, typed.
require("spec.support.page").spec("docs/from-other-tools.md", { describe = describe, it = it })
