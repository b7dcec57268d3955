select relname, oid from pg_class where relname in ('to_other', 'to_new', 'to_default', 'off_dropped', 'reads', 'parts', 'part_1', 'parts_2', 'part_2') order by 1
