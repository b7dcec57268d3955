-- Every twelfth of the pairs, so that they run beside each other: see support/pairs.lua.
require("spec.support.pairs").specs(1, 12, { describe = describe, it = it, pending = pending })
