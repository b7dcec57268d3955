-- Tries the lock once; when it is taken, says by whom.
-- $1 key
-- columns: got it, pid of this server process, pid of the holder, who that is, since when
WITH try AS MATERIALIZED (SELECT pg_try_advisory_lock($1::bigint) AS got)
SELECT try.got, pg_backend_pid(), holder.pid,
       concat_ws(', ', coalesce(nullif(holder.application_name, ''), 'unknown program'),
                 'role ' || holder.usename,
                 'from ' || coalesce(host(holder.client_addr), 'this machine')),
       to_char(holder.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
FROM try
LEFT JOIN LATERAL (
    SELECT l.pid, a.application_name, a.usename, a.client_addr, a.backend_start
    FROM pg_catalog.pg_locks l
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
    WHERE NOT try.got AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND l.classid = (($1::bigint >> 32) & 4294967295)::oid
      AND l.objid = ($1::bigint & 4294967295)::oid
    LIMIT 1
) AS holder ON true;
