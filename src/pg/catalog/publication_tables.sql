-- Tables and schemas of publications (column lists, filters and schemas since 15). The
-- filter is taken from the view: its expression has another type in every version.
SELECT r.oid, r.prpubid AS publication, n.nspname AS schema, c.relname AS name,
       r.prrelid AS relation, to_jsonb(v) ->> 'rowfilter' AS condition,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum)
        FROM jsonb_array_elements_text(nullif(to_jsonb(r) -> 'prattrs', 'null')) k(num)
        JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = k.num::int) AS columns
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid
JOIN pg_class c ON c.oid = r.prrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_publication_tables v ON v.pubname = p.pubname AND v.schemaname = n.nspname
     AND v.tablename = c.relname
ORDER BY r.prpubid, n.nspname, c.relname
