-- {progress}: unfinished steps
CREATE TABLE IF NOT EXISTS {progress} (
    version_table text NOT NULL,
    revision text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('up', 'down')),
    part text NOT NULL,
    checksum text,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    running text,
    position text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (version_table, revision, direction, part)
);
COMMENT ON TABLE {progress} IS 'Steps that commit piece by piece and are not finished (moonshift status)';
COMMENT ON COLUMN {progress}.version_table IS 'The version table that will be moved';
COMMENT ON COLUMN {progress}.revision IS 'Identifier of the revision';
COMMENT ON COLUMN {progress}.direction IS 'up or down';
COMMENT ON COLUMN {progress}.part IS 'statements, or the name of a backfill';
COMMENT ON COLUMN {progress}.checksum IS 'SHA-256 of what is run: it must be the same when it goes on';
COMMENT ON COLUMN {progress}.done IS 'How many statements or rows are done';
COMMENT ON COLUMN {progress}.total IS 'Of how many, when that is known';
COMMENT ON COLUMN {progress}.running IS 'The statement that was started and not seen to end';
COMMENT ON COLUMN {progress}.position IS 'Where a backfill goes on: the last key done';
COMMENT ON COLUMN {progress}.started_at IS 'When it was begun';
COMMENT ON COLUMN {progress}.updated_at IS 'When it last went on';
