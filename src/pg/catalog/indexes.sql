-- One row for each index, those behind constraints included (marked by their constraint).
SELECT i.indexrelid AS oid, n.nspname AS schema, c.relname AS name,
       tn.nspname AS table_schema, t.relname AS table_name, i.indrelid AS relation,
       am.amname AS method, i.indisunique AS is_unique, i.indisvalid AS is_valid,
       i.indnkeyatts AS n_keys, i.indnatts AS n_columns,
       pg_get_expr(i.indpred, i.indrelid) AS condition,
       c.reloptions AS options,
       CASE WHEN s.spcname <> usual.name THEN s.spcname END AS tablespace,
       k.oid AS constraint_oid,
       c.relispartition AS is_partition,
       (SELECT inhparent FROM pg_inherits WHERE inhrelid = i.indexrelid) AS parent,
       i.indisclustered AS is_clustered, i.indisreplident AS is_replica_identity,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
       obj_description(i.indexrelid, 'pg_class') AS comment,
       def.text AS definition,
       CASE WHEN i.indisunique THEN 'unique ' ELSE '' END
         || regexp_replace(def.text, '^.*? ON .*? USING ', '') AS form,
       (SELECT string_agg(attname, '_' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = i.indexrelid) AS key_names,
       t.relkind AS table_kind
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_am am ON am.oid = c.relam
-- What the session's default_tablespace gives is not worth saying.
CROSS JOIN (SELECT own.oid, coalesce(given.spcname, own.spcname) AS name
            FROM pg_database d JOIN pg_tablespace own ON own.oid = d.dattablespace
            LEFT JOIN pg_tablespace given ON given.spcname = current_setting('default_tablespace')
            WHERE d.datname = current_database()) usual
JOIN pg_tablespace s ON s.oid = coalesce(nullif(c.reltablespace, 0), usual.oid)
CROSS JOIN LATERAL (SELECT pg_get_indexdef(i.indexrelid) AS text OFFSET 0) def
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
      AND k.contype IN ('p', 'u', 'x')
WHERE t.relkind IN ('r', 'p', 'm') AND t.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass
                  AND e.objid = i.indexrelid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname
