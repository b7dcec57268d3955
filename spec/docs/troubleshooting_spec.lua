-- docs/troubleshooting.md, typed.
require("spec.support.page").spec("docs/troubleshooting.md", { describe = describe, it = it })
