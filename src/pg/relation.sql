-- A relation as a statement names it: its name, its size with indexes and partitions in
-- bytes and as people read it, both NULL while somebody keeps everybody out of it, since
-- asking would wait. An index stands for its table. No row: there is none.
-- $1 schema, NULL when not written; $2 name
SELECT t.oid::regclass::text, s.bytes, pg_catalog.pg_size_pretty(s.bytes)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_class t ON t.oid = coalesce(i.indrelid, c.oid)
CROSS JOIN LATERAL (SELECT CASE
    WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l
                 WHERE l.relation = t.oid AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
                 AND l.mode = 'AccessExclusiveLock') THEN NULL
    WHEN t.relkind = 'p' THEN
        (SELECT sum(pg_catalog.pg_total_relation_size(relid))::bigint
         FROM pg_catalog.pg_partition_tree(t.oid))
    ELSE pg_catalog.pg_total_relation_size(t.oid)
END AS bytes) s
WHERE c.relname = $2::text
AND CASE WHEN $1::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid)
    ELSE n.nspname = $1::text END;
