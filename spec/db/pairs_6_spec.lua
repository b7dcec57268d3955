require("spec.support.pairs").specs(6, 6)
