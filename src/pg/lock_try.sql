-- Tries the lock once. Who has it is another query (lock_holder): planning that one takes
-- longer than all else a program with nothing in its way does.
-- $1 key
-- columns: got it, pid of this server process
SELECT pg_try_advisory_lock($1::bigint), pg_backend_pid();
