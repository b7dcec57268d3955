-- Foreign-data wrappers, servers and user mappings.
SELECT 'wrapper' AS what, w.oid, w.fdwname AS name, NULL AS wrapper,
       CASE WHEN w.fdwhandler <> 0 THEN w.fdwhandler::regproc::text END AS handler,
       CASE WHEN w.fdwvalidator <> 0 THEN w.fdwvalidator::regproc::text END AS validator,
       NULL AS type, NULL AS version, w.fdwoptions AS options,
       pg_get_userbyid(w.fdwowner) AS owner,
       obj_description(w.oid, 'pg_foreign_data_wrapper') AS comment
FROM pg_foreign_data_wrapper w
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_foreign_data_wrapper'::regclass
                  AND e.objid = w.oid AND e.deptype = 'e')
UNION ALL
SELECT 'server', s.oid, s.srvname, w.fdwname, NULL, NULL, s.srvtype, s.srvversion,
       s.srvoptions, pg_get_userbyid(s.srvowner),
       obj_description(s.oid, 'pg_foreign_server')
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_foreign_server'::regclass
                  AND e.objid = s.oid AND e.deptype = 'e')
UNION ALL
SELECT 'user mapping', m.umid, m.usename, m.srvname, NULL, NULL, NULL, NULL,
       m.umoptions, NULL, NULL
FROM pg_user_mappings m
ORDER BY 1 DESC, 3
