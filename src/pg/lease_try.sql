-- Tries once to take the lock that is a row; when it is taken, says by whom.
-- $1 version table, $2 our name, $3 milliseconds it is good for, $4 program, $5 pid,
-- $6 machine, $7 user there. {lock}: the table
-- columns: got it, who has it
--
-- Nothing here waits for the holder: a row that its transaction has locked is skipped, and
-- so is one that is not expired.
WITH made AS (
    INSERT INTO {lock} (version_table, holder, expires_at, program, pid, host, os_user)
    VALUES ($1, $2, clock_timestamp() + $3::bigint * interval '1 ms', $4, $5::integer, $6, $7)
    ON CONFLICT (version_table) DO NOTHING
    RETURNING holder
), stale AS (
    SELECT version_table FROM {lock}
    WHERE version_table = $1 AND expires_at < clock_timestamp()
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE {lock} AS l
    SET holder = $2, expires_at = clock_timestamp() + $3::bigint * interval '1 ms',
        program = $4, pid = $5::integer, host = $6, os_user = $7, db_user = session_user,
        since = clock_timestamp(), renewed_at = clock_timestamp()
    FROM stale
    WHERE l.version_table = stale.version_table
    RETURNING l.holder
)
SELECT EXISTS (SELECT FROM made UNION ALL SELECT FROM taken),
       CASE WHEN other.holder IS NOT NULL THEN format('pid %s on %s (%s, role %s), holding it since %s%s', other.pid,
              coalesce(other.host, 'an unknown machine'),
              coalesce(other.program, 'unknown program'), other.db_user,
              to_char(other.since, 'YYYY-MM-DD HH24:MI:SS TZ'),
              CASE WHEN clock_timestamp() > other.expires_at
                        THEN ', not heard from, its transaction still open'
                   WHEN clock_timestamp() - other.renewed_at > $3::bigint * interval '0.5 ms'
                        THEN ', not heard from lately' END) END
FROM (VALUES (1)) AS one
LEFT JOIN {lock} AS other ON other.version_table = $1;
