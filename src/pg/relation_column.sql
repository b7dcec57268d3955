-- The type of a column, and whether its value is computed and stored. No row: there is none.
-- $1 schema, NULL when not written; $2 relation; $3 column
SELECT pg_catalog.format_type(a.atttypid, a.atttypmod), a.attgenerated = 's'
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE c.relname = $2::text AND a.attname = $3::text AND NOT a.attisdropped
AND CASE WHEN $1::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid)
    ELSE n.nspname = $1::text END;
