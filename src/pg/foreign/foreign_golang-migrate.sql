-- One row: the version that is there with all below it. Columns: version, state.
SELECT version::text, CASE WHEN dirty THEN 'failed' ELSE 'up to' END FROM {table}
