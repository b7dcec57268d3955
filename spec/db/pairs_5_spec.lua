require("spec.support.pairs").specs(5, 6)
