-- Operators, casts, collations, conversions' and operator classes' own objects.
SELECT o.oid, n.nspname AS schema, o.oprname AS name,
       format_type(NULLIF(o.oprleft, 0), NULL) AS left_type,
       format_type(NULLIF(o.oprright, 0), NULL) AS right_type,
       o.oprcode::regproc::text AS function,
       CASE WHEN pg_operator_is_visible(c.oid) THEN c.oprname
            ELSE 'OPERATOR(' || quote_ident(cn.nspname) || '.' || c.oprname || ')' END AS commutator,
       CASE WHEN pg_operator_is_visible(g.oid) THEN g.oprname
            ELSE 'OPERATOR(' || quote_ident(gn.nspname) || '.' || g.oprname || ')' END AS negator,
       CASE WHEN o.oprrest <> 0 THEN o.oprrest::regproc::text END AS restrict,
       CASE WHEN o.oprjoin <> 0 THEN o.oprjoin::regproc::text END AS join,
       o.oprcanhash AS hashes, o.oprcanmerge AS merges,
       pg_get_userbyid(o.oprowner) AS owner,
       obj_description(o.oid, 'pg_operator') AS comment
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
LEFT JOIN pg_operator c ON c.oid = o.oprcom
LEFT JOIN pg_namespace cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_operator g ON g.oid = o.oprnegate
LEFT JOIN pg_namespace gn ON gn.oid = g.oprnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND o.oprcode <> 0
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_operator'::regclass
                  AND e.objid = o.oid AND e.deptype = 'e')
ORDER BY n.nspname, o.oprname, 4, 5
