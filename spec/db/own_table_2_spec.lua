-- Every sixth of spec/pairs/table: tables, columns, keys, partitions, children, sequences.
require("spec.support.pairs").own("table", 2, 6, { describe = describe, it = it })
