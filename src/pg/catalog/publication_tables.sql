SELECT r.prpubid AS publication, n.nspname AS schema, c.relname AS name,
       r.prrelid AS relation,
       pg_get_expr((to_jsonb(r) ->> 'prqual')::pg_node_tree, r.prrelid) AS condition,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum)
        FROM unnest(string_to_array(to_jsonb(r) ->> 'prattrs', ' ')::int2[]) k(num)
        JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = k.num) AS columns
FROM pg_publication_rel r
JOIN pg_class c ON c.oid = r.prrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY r.prpubid, n.nspname, c.relname
