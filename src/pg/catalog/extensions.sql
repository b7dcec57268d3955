-- Extensions; plpgsql comes with every database. The version when it is not the one that
-- CREATE EXTENSION takes, the comment when it is not the one that comes with it.
SELECT x.oid, x.extname AS name, n.nspname AS schema, x.extversion AS installed,
       CASE WHEN x.extversion IS DISTINCT FROM v.default_version THEN x.extversion END
         AS version,
       CASE WHEN obj_description(x.oid, 'pg_extension') IS DISTINCT FROM v.comment
            THEN obj_description(x.oid, 'pg_extension') END AS comment,
       pg_get_userbyid(x.extowner) AS owner
FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
LEFT JOIN pg_available_extensions() v(name, default_version, comment) ON v.name = x.extname
WHERE x.extname <> 'plpgsql'
ORDER BY x.extname
