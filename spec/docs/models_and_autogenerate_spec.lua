-- docs/models-and-autogenerate.md, typed.
require("spec.support.page").spec("docs/models-and-autogenerate.md", { describe = describe, it = it })
