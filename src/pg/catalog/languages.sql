-- Procedural languages, but those of extensions and of every database.
SELECT l.oid, l.lanname AS name, l.lanpltrusted AS trusted,
       CASE WHEN l.lanplcallfoid <> 0 THEN l.lanplcallfoid::regproc::text END AS handler,
       CASE WHEN l.laninline <> 0 THEN l.laninline::regproc::text END AS inline,
       CASE WHEN l.lanvalidator <> 0 THEN l.lanvalidator::regproc::text END AS validator,
       pg_get_userbyid(l.lanowner) AS owner,
       obj_description(l.oid, 'pg_language') AS comment
FROM pg_language l
WHERE l.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_language'::regclass
                  AND e.objid = l.oid AND e.deptype = 'e')
ORDER BY l.lanname
