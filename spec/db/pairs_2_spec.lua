require("spec.support.pairs").specs(2, 6)
