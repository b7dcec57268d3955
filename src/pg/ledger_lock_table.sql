-- {lock}: who migrates, where the lock is a row
--
-- The holder has a unique index of its own: it makes the column part of a key, so that
-- taking the row over waits for FOR KEY SHARE of the holder's transaction (manual, 13.3.2),
-- and renewing it does not.
CREATE TABLE {lock} (
    version_table text PRIMARY KEY,
    holder text NOT NULL UNIQUE,
    program text,
    pid integer,
    host text,
    os_user text,
    db_user text NOT NULL DEFAULT session_user,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    renewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE {lock} IS 'The program that migrates at this moment, with lock_mode = "table"';
COMMENT ON COLUMN {lock}.version_table IS 'The version table it moves';
COMMENT ON COLUMN {lock}.holder IS 'A name of its own, which each of its transactions looks for';
COMMENT ON COLUMN {lock}.program IS 'Program and version';
COMMENT ON COLUMN {lock}.pid IS 'Process on its machine';
COMMENT ON COLUMN {lock}.host IS 'Machine it runs on';
COMMENT ON COLUMN {lock}.os_user IS 'User of the operating system who runs it';
COMMENT ON COLUMN {lock}.db_user IS 'Role that connected';
COMMENT ON COLUMN {lock}.since IS 'When it took the lock';
COMMENT ON COLUMN {lock}.renewed_at IS 'When it was last heard from';
COMMENT ON COLUMN {lock}.expires_at IS 'When another may take the lock, if it is not heard from';
