-- Triggers, but those that enforce foreign keys. Those that partitions have from their
-- parents are there when they are enabled otherwise than the parent's.
SELECT t.oid, n.nspname AS schema, c.relname AS table_name, t.tgrelid AS relation,
       t.tgname AS name, t.tgparentid AS parent,
       (WITH RECURSIVE up AS (SELECT t.tgparentid AS oid
                              UNION ALL
                              SELECT p.tgparentid FROM up JOIN pg_trigger p ON p.oid = up.oid
                              WHERE p.tgparentid <> 0)
        SELECT up.oid FROM up JOIN pg_trigger p ON p.oid = up.oid AND p.tgparentid = 0) AS root,
       pt.tgenabled AS parent_enabled, t.tgtype AS type, t.tgenabled AS enabled,
       t.tgconstraint <> 0 AS is_constraint, t.tgdeferrable AS deferrable,
       t.tginitdeferred AS deferred,
       fn.nspname AS function_schema, p.proname AS function,
       (SELECT array_agg(a.attname::text ORDER BY x.ord)
        FROM unnest(t.tgattr::int2[]) WITH ORDINALITY x(num, ord)
        JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = x.num) AS columns,
       t.tgnargs AS n_arguments, encode(t.tgargs, 'hex') AS arguments,
       CASE WHEN t.tgqual IS NOT NULL THEN
         (regexp_match(pg_get_triggerdef(t.oid), ' WHEN \((.*)\) EXECUTE FUNCTION '))[1]
       END AS condition,
       t.tgoldtable AS old_table, t.tgnewtable AS new_table,
       rn.nspname AS referent_schema, r.relname AS referent,
       obj_description(t.oid, 'pg_trigger') AS comment,
       pg_get_triggerdef(t.oid) AS definition
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_namespace fn ON fn.oid = p.pronamespace
LEFT JOIN pg_class r ON r.oid = t.tgconstrrelid AND t.tgconstrrelid <> 0
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_trigger pt ON pt.oid = t.tgparentid AND t.tgparentid <> 0
WHERE (NOT t.tgisinternal
       -- In 14 a partition's copy is internal, as those are that enforce constraints.
       OR t.tgparentid <> 0
          AND NOT EXISTS (SELECT FROM pg_constraint k
                          WHERE k.oid = t.tgconstraint AND k.contype <> 't'))
  AND (t.tgparentid = 0 OR t.tgenabled <> pt.tgenabled)
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_trigger'::regclass
                  AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname, t.tgname
