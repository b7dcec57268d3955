-- The keys and included columns of each index, in order. What is the default of the type or
-- access method (operator class, collation, order) is NULL.
SELECT i.indexrelid AS index, k.ord AS number, k.ord <= i.indnkeyatts AS is_key,
       a.attname AS column_name,
       CASE WHEN i.indkey[k.ord - 1] = 0
            THEN pg_get_indexdef(i.indexrelid, k.ord::int, false) END AS expression,
       CASE WHEN k.ord <= i.indnkeyatts AND (NOT oc.opcdefault OR ko.options IS NOT NULL)
            THEN CASE WHEN pg_opclass_is_visible(oc.oid) THEN quote_ident(oc.opcname)
                 ELSE quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) END
       END AS opclass,
       ko.options AS opclass_options,
       CASE WHEN k.ord <= i.indnkeyatts AND i.indcollation[k.ord - 1] <> 0
             AND i.indcollation[k.ord - 1]
                 <> coalesce(a.attcollation, (SELECT typcollation FROM pg_type
                                              WHERE oid = ka.atttypid)) THEN
         (SELECT CASE WHEN cn.nspname = 'pg_catalog' THEN quote_ident(co.collname)
                 ELSE quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END
          FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
          WHERE co.oid = i.indcollation[k.ord - 1]) END AS collation,
       CASE WHEN k.ord <= i.indnkeyatts THEN i.indoption[k.ord - 1] END AS flags,
       CASE WHEN ka.attstattarget >= 0 THEN ka.attstattarget END AS statistics
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL generate_series(1, i.indnatts) k(ord)
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.ord - 1]
      AND i.indkey[k.ord - 1] <> 0
LEFT JOIN pg_attribute ka ON ka.attrelid = i.indexrelid AND ka.attnum = k.ord
LEFT JOIN LATERAL (SELECT array_agg(o ORDER BY o) AS options FROM unnest(ka.attoptions) o
                   WHERE o NOT LIKE 'pg\_attver=%') ko ON true
LEFT JOIN pg_opclass oc ON k.ord <= i.indnkeyatts AND oc.oid = i.indclass[k.ord - 1]
LEFT JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND c.relpersistence <> 't'
ORDER BY i.indexrelid, k.ord
