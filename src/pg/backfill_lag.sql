-- Whether a standby is further behind than asked. replay_lag is how long ago a row was
-- written here that the standby has just replayed (manual, 28.2.4).
-- $1 seconds
-- columns: any is later; this role is not shown how late
SELECT coalesce(bool_or(replay_lag > make_interval(secs => $1::text::bigint)), false),
       coalesce(bool_or(state IS NULL AND sent_lsn IS NULL), false)
FROM pg_catalog.pg_stat_replication;
