-- Text-search templates.
SELECT t.oid, n.nspname AS schema, t.tmplname AS name, NULL AS owner,
       CASE WHEN t.tmplinit <> 0 THEN t.tmplinit::regproc::text END AS init,
       t.tmpllexize::regproc::text AS lexize,
       obj_description(t.oid, 'pg_ts_template') AS comment
FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE t.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_template'::regclass
                  AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY n.nspname, t.tmplname
