-- Tables of every kind, views, materialized views. $1 holds the names of Moonshift's own
-- tables, schema-qualified.
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
       pg_get_userbyid(c.relowner) AS owner,
       obj_description(c.oid, 'pg_class') AS comment,
       c.relpersistence = 'u' AS unlogged,
       c.reloptions AS options,
       tc.reloptions AS toast_options,
       CASE WHEN c.relkind IN ('r', 'p', 'm') AND sp.spcname <> usual.name
            THEN sp.spcname END AS tablespace,
       -- A partitioned table of 17 may have one, which its partitions are then made with.
       CASE WHEN c.relkind = 'p' OR am.amname <> current_setting('default_table_access_method')
                 OR EXISTS (SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
                            WHERE i.inhrelid = c.oid AND p.relkind = 'p' AND p.relam <> 0)
            THEN am.amname END AS access_method,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security,
       c.relreplident AS replica_identity,
       CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS query,
       CASE WHEN c.relkind IN ('v', 'm') THEN c.relispopulated END AS populated,
       s.srvname AS server,
       ft.ftoptions AS server_options
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid AND c.reltoastrelid <> 0
LEFT JOIN pg_am am ON am.oid = c.relam
-- What the session's default_tablespace gives is not worth saying.
CROSS JOIN (SELECT own.oid, coalesce(given.spcname, own.spcname) AS name
            FROM pg_database d JOIN pg_tablespace own ON own.oid = d.dattablespace
            LEFT JOIN pg_tablespace given ON given.spcname = current_setting('default_tablespace')
            WHERE d.datname = current_database()) usual
JOIN pg_tablespace sp ON sp.oid = coalesce(nullif(c.reltablespace, 0), usual.oid)
LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_foreign_server s ON s.oid = ft.ftserver
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND (n.nspname || '.' || c.relname) <> ALL ($1::text[])
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass
                  AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname
