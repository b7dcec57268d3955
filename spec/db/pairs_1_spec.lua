require("spec.support.pairs").specs(1, 6)
