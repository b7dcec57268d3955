-- Who keeps a server process waiting, as one line of text; NULL when nobody does.
-- $1 its pid
SELECT string_agg(format('%s held up by pid %s (%s, role %s, %s since %s%s)',
           coalesce(mine.wanted, 'it is'), b.pid,
           coalesce(nullif(b.application_name, ''), b.backend_type, 'unknown program'),
           coalesce(b.usename, '?'), coalesce(b.state, 'working'),
           to_char(coalesce(b.xact_start, b.state_change, b.backend_start), 'HH24:MI:SS'),
           ': ' || left(regexp_replace(nullif(b.query, ''), '\s+', ' ', 'g'), 120)),
       '; ' ORDER BY b.pid)
FROM (SELECT pg_blocking_pids($1::int) AS blockers,
             (SELECT l.mode || coalesce(' on ' || l.relation::regclass::text, '') || ' is'
              FROM pg_catalog.pg_locks l
              WHERE l.pid = $1::int AND NOT l.granted LIMIT 1) AS wanted) AS mine
JOIN pg_catalog.pg_stat_activity b ON b.pid = any (mine.blockers);
