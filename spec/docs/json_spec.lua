-- docs/json.md, typed; cli/json_spec compares its tables with what is printed.
require("spec.support.page").spec("docs/json.md", { describe = describe, it = it })
