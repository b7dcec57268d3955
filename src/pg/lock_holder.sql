-- Who holds the lock; no row when it has just been given back.
-- $1 key
-- columns: pid, who that is, since when
SELECT l.pid,
       concat_ws(', ', coalesce(nullif(a.application_name, ''), 'unknown program'),
                 'role ' || a.usename,
                 'from ' || coalesce(host(a.client_addr), 'this machine')),
       to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND l.classid = (($1::bigint >> 32) & 4294967295)::oid
  AND l.objid = ($1::bigint & 4294967295)::oid
LIMIT 1;
