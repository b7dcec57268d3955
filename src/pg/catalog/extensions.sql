-- Extensions; plpgsql comes with every database.
SELECT x.oid, x.extname AS name, n.nspname AS schema, x.extversion AS version,
       obj_description(x.oid, 'pg_extension') AS comment,
       pg_get_userbyid(x.extowner) AS owner
FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
WHERE x.extname <> 'plpgsql'
ORDER BY x.extname
