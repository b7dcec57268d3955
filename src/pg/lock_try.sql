-- Tries the lock once. Who has it is another query (lock_holder): planning that one takes
-- longer than all else a program with nothing in its way does.
-- $1 key, $2 the table of the lock that is a row
-- columns: got it, pid of this server process, that table is there to be read
SELECT pg_try_advisory_lock($1::bigint), pg_backend_pid(),
       coalesce(has_table_privilege(to_regclass($2::text), 'SELECT'), false);
