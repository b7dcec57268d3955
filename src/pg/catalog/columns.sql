-- Columns of tables, foreign tables and composite types; of views only those with a comment
-- or a default. What equals the type's own setting (collation, storage) is NULL.
SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull AS not_null,
       CASE WHEN d.adbin IS NOT NULL THEN pg_get_expr(d.adbin, d.adrelid) END AS default_value,
       d.oid AS default_oid,
       a.attidentity AS identity, a.attgenerated AS generated,
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN
         (SELECT CASE WHEN cn.nspname = 'pg_catalog' THEN quote_ident(co.collname)
                 ELSE quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END
          FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
          WHERE co.oid = a.attcollation) END AS collation,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
       t.typstorage AS usual_storage,
       NULLIF(a.attcompression::text, '') AS compression,
       NULLIF(a.attstattarget, -1) AS statistics,
       a.attislocal AS is_local, a.attinhcount AS inherited,
       -- pg_dump's set: a server may keep options of its own there.
       (SELECT array_agg(o ORDER BY o) FROM unnest(a.attoptions) o
        WHERE o LIKE 'n\_distinct%') AS options, a.attfdwoptions AS server_options,
       col_description(a.attrelid, a.attnum) AS comment,
       c.relkind AS relation_kind
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'f', 'c', 'v', 'm') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum
