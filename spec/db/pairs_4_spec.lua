require("spec.support.pairs").specs(4, 6)
