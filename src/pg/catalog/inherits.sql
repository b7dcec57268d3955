-- Parents of tables, partitions included, in order.
SELECT i.inhrelid AS child, i.inhparent AS parent, pn.nspname AS parent_schema,
       p.relname AS parent_name, c.relispartition AS is_partition,
       pg_get_expr(c.relpartbound, c.oid) AS bound, c.relkind AS kind
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_class p ON p.oid = i.inhparent
JOIN pg_namespace pn ON pn.oid = p.relnamespace
ORDER BY i.inhrelid, i.inhseqno
