-- docs/tutorial.md, typed.
require("spec.support.page").spec("docs/tutorial.md", { describe = describe, it = it })
