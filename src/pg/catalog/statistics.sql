-- Extended statistics.
SELECT s.oid, n.nspname AS schema, s.stxname AS name, tn.nspname AS table_schema,
       c.relname AS table_name, s.stxrelid AS relation,
       pg_get_userbyid(s.stxowner) AS owner,
       NULLIF(s.stxstattarget, -1) AS target,
       s.stxkind::text[] AS kinds,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum)
        FROM unnest(s.stxkeys::int2[]) k(num)
        JOIN pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k.num) AS columns,
       pg_get_statisticsobjdef_expressions(s.oid) AS expressions,
       obj_description(s.oid, 'pg_statistic_ext') AS comment
FROM pg_statistic_ext s
JOIN pg_namespace n ON n.oid = s.stxnamespace
JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace tn ON tn.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, s.stxname
