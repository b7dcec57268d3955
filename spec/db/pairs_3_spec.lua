require("spec.support.pairs").specs(3, 6)
