-- {version}: the version table
CREATE TABLE IF NOT EXISTS {version} (
    version_num text PRIMARY KEY
);
COMMENT ON TABLE {version} IS 'The revisions this database is at, one row for each head (moonshift current)';
COMMENT ON COLUMN {version}.version_num IS 'Identifier of the revision, as in its file';
