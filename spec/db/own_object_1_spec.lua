-- Every fourth of spec/pairs/object: types, routines, views, privileges and the like.
require("spec.support.pairs").own("object", 1, 4, { describe = describe, it = it })
