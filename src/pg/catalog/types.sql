-- Enum, domain, composite and range types. Row types of tables, array types and multirange
-- types follow the type they belong to and are left out.
SELECT t.oid, n.nspname AS schema, t.typname AS name, t.typtype AS kind,
       pg_get_userbyid(t.typowner) AS owner,
       obj_description(t.oid, 'pg_type') AS comment,
       CASE WHEN t.typtype = 'e' THEN
         (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
          FROM pg_enum e WHERE e.enumtypid = t.oid) END AS labels,
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base_type,
       t.typnotnull AS not_null,
       CASE WHEN t.typtype = 'd' THEN pg_get_expr(t.typdefaultbin, 0) END AS default_value,
       CASE WHEN t.typcollation <> 0 AND t.typcollation <> b.typcollation THEN
         (SELECT quote_ident(cn.nspname) || '.' || quote_ident(c.collname)
          FROM pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace
          WHERE c.oid = t.typcollation) END AS collation,
       t.typrelid AS relation,
       format_type(r.rngsubtype, NULL) AS subtype,
       CASE WHEN r.rngtypid IS NOT NULL THEN
         (SELECT CASE WHEN NOT oc.opcdefault
                 THEN quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) END
          FROM pg_opclass oc JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
          WHERE oc.oid = r.rngsubopc) END AS subtype_opclass,
       CASE WHEN r.rngcollation <> 0 THEN
         (SELECT CASE WHEN c.oid <> st.typcollation
                 THEN quote_ident(cn.nspname) || '.' || quote_ident(c.collname) END
          FROM pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace
          JOIN pg_type st ON st.oid = r.rngsubtype
          WHERE c.oid = r.rngcollation) END AS range_collation,
       CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::regproc::text END AS canonical,
       CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text END AS subtype_diff,
       (SELECT m.typname FROM pg_type m WHERE m.oid = r.rngmultitypid) AS multirange,
       r.rngmultitypid AS multirange_oid
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_range r ON r.rngtypid = t.oid
WHERE t.typtype IN ('e', 'd', 'c', 'r')
  AND (t.typtype <> 'c' OR EXISTS (SELECT FROM pg_class c
                                   WHERE c.oid = t.typrelid AND c.relkind = 'c'))
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass
                  AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY n.nspname, t.typname
