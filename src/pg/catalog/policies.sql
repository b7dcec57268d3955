-- Row-security policies.
SELECT p.oid, n.nspname AS schema, c.relname AS table_name, p.polrelid AS relation,
       p.polname AS name, p.polcmd AS command, p.polpermissive AS permissive,
       (SELECT array_agg(CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r)::text END
                         ORDER BY CASE WHEN r = 0 THEN 'public'
                                  ELSE pg_get_userbyid(r)::text END)
        FROM unnest(p.polroles) r) AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS condition,
       pg_get_expr(p.polwithcheck, p.polrelid) AS with_check,
       obj_description(p.oid, 'pg_policy') AS comment
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY n.nspname, c.relname, p.polname
