-- Transforms: how a language sees a type.
SELECT t.oid, NULL AS name, NULL AS owner, format_type(t.trftype, NULL) AS type,
       l.lanname AS language,
       CASE WHEN t.trffromsql <> 0 THEN t.trffromsql::regprocedure::text END AS from_sql,
       CASE WHEN t.trftosql <> 0 THEN t.trftosql::regprocedure::text END AS to_sql,
       obj_description(t.oid, 'pg_transform') AS comment
FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_transform'::regclass
                  AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY 4, 5
