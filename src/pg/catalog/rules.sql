-- Rewrite rules, but the ones that are a view's query.
SELECT r.oid, n.nspname AS schema, c.relname AS table_name, r.ev_class AS relation,
       r.rulename AS name, r.ev_enabled AS enabled, pg_get_ruledef(r.oid) AS definition,
       obj_description(r.oid, 'pg_rewrite') AS comment
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.deptype = 'e'
                  AND (e.classid, e.objid) IN (('pg_rewrite'::regclass, r.oid),
                                               ('pg_class'::regclass, c.oid)))
ORDER BY n.nspname, c.relname, r.rulename
