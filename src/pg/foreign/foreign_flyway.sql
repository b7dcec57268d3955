-- Of each script the last word counts; a repeatable one has no version but its file. A
-- baseline stands for all versions up to it. Columns: version or file, state.
SELECT coalesce(version, script),
       CASE WHEN NOT success THEN 'failed'
            WHEN type LIKE '%BASELINE' THEN 'up to'
            ELSE 'applied' END
FROM (SELECT DISTINCT ON (coalesce(version, script)) version, script, type, success
      FROM {table}
      WHERE type <> 'SCHEMA'
      ORDER BY coalesce(version, script), installed_rank DESC) AS latest
WHERE NOT success OR NOT (type LIKE 'UNDO%' OR type = 'DELETE')
ORDER BY 1
