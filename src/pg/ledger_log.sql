-- The log, newest first. {log}: the log; $1 version table; $2 limit or NULL
SELECT id, revision, direction, message, checksum, db_user, os_user, host, program,
       started_at, duration
FROM {log}
WHERE version_table = $1::text
ORDER BY id DESC
LIMIT $2::bigint;
