-- docs/environments.md, typed.
require("spec.support.page").spec("docs/environments.md", { describe = describe, it = it })
