-- docs/deploy.md, typed.
require("spec.support.page").spec("docs/deploy.md", { describe = describe, it = it })
