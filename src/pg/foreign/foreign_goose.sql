-- Of each version the last word counts; version 0 is goose's own. Columns: version, state.
SELECT version_id::text, 'applied'
FROM (SELECT DISTINCT ON (version_id) version_id, is_applied
      FROM {table}
      ORDER BY version_id, id DESC) AS latest
WHERE is_applied AND version_id > 0
ORDER BY version_id
