-- docs/from-alembic.md, typed.
require("spec.support.page").spec("docs/from-alembic.md", { describe = describe, it = it })
