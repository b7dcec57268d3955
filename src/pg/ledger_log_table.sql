-- {log}: the log
CREATE TABLE IF NOT EXISTS {log} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_table text NOT NULL,
    revision text,
    direction text NOT NULL CHECK (direction IN ('up', 'down', 'stamp')),
    message text,
    checksum text,
    db_user text NOT NULL DEFAULT session_user,
    os_user text,
    host text,
    program text,
    started_at timestamptz NOT NULL DEFAULT now(),
    duration interval
);
COMMENT ON TABLE {log} IS 'Every revision that was run here, and when (moonshift log)';
COMMENT ON COLUMN {log}.id IS 'Order of the runs';
COMMENT ON COLUMN {log}.version_table IS 'The version table that the run moved';
COMMENT ON COLUMN {log}.revision IS 'Identifier of the revision';
COMMENT ON COLUMN {log}.direction IS 'up, down, or stamp: recorded without running';
COMMENT ON COLUMN {log}.message IS 'First line of the revision''s message';
COMMENT ON COLUMN {log}.checksum IS 'SHA-256 of the revision file, carriage returns and trailing blanks left out';
COMMENT ON COLUMN {log}.db_user IS 'Role that connected';
COMMENT ON COLUMN {log}.os_user IS 'User of the operating system who ran it';
COMMENT ON COLUMN {log}.host IS 'Machine it was run on';
COMMENT ON COLUMN {log}.program IS 'Program and version';
COMMENT ON COLUMN {log}.started_at IS 'Start of the revision''s transaction, of the first when it commits piece by piece';
COMMENT ON COLUMN {log}.duration IS 'From there to the end of the revision, interruptions included';
