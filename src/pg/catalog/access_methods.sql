-- Access methods of tables and indexes.
SELECT a.oid, a.amname AS name, CASE a.amtype WHEN 'i' THEN 'index' ELSE 'table' END AS type,
       a.amhandler::regproc::text AS handler, NULL AS owner,
       obj_description(a.oid, 'pg_am') AS comment
FROM pg_am a
WHERE a.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_am'::regclass
                  AND e.objid = a.oid AND e.deptype = 'e')
ORDER BY a.amname
