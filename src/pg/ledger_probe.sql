-- What of the bookkeeping is there.
-- $1 schema, $2 version table
-- columns: schema, version table and log exist; version_num has a length limit
-- that the current role may lift; the version table has its column
SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1::text),
       version.oid IS NOT NULL,
       to_regclass(format('%I.moonshift_log', $1::text)) IS NOT NULL,
       coalesce(a.atttypmod <> -1 AND pg_has_role(c.relowner, 'USAGE'), false),
       a.attname IS NOT NULL
FROM (SELECT to_regclass(format('%I.%I', $1::text, $2::text))) AS version (oid)
LEFT JOIN pg_catalog.pg_class c ON c.oid = version.oid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'version_num';
