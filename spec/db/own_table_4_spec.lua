-- Every sixth of spec/pairs/table: tables, columns, keys, partitions, children, sequences.
require("spec.support.pairs").own("table", 4, 6, { describe = describe, it = it })
