-- Text-search parsers.
SELECT p.oid, n.nspname AS schema, p.prsname AS name, NULL AS owner,
       p.prsstart::regproc::text AS start, p.prstoken::regproc::text AS gettoken,
       p.prsend::regproc::text AS finish, p.prslextype::regproc::text AS lextypes,
       CASE WHEN p.prsheadline <> 0 THEN p.prsheadline::regproc::text END AS headline,
       obj_description(p.oid, 'pg_ts_parser') AS comment
FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE p.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_parser'::regclass
                  AND e.objid = p.oid AND e.deptype = 'e')
ORDER BY n.nspname, p.prsname
