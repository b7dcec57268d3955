-- Who needs whom. A view's needs are those of its rewrite rule, a table's row type and the
-- table are one, what belongs to an extension stands for the extension, and what the system
-- itself needs is left out.
SELECT CASE WHEN r.oid IS NOT NULL THEN 'pg_class'::regclass::oid ELSE d.classid END AS class,
       coalesce(r.ev_class, d.objid) AS oid,
       CASE WHEN r.oid IS NOT NULL THEN 0 ELSE d.objsubid END AS sub,
       coalesce(x.refclassid, u.class) AS needs_class, coalesce(x.refobjid, u.oid) AS needs_oid,
       d.refobjsubid AS needs_sub, d.deptype AS how
FROM pg_depend d
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      AND r.rulename = '_RETURN'
LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
LEFT JOIN pg_type et ON et.oid = t.typelem AND t.typelem <> 0 AND t.typcategory = 'A'
CROSS JOIN LATERAL (
  SELECT CASE WHEN coalesce(et.typrelid, t.typrelid) > 0 THEN 'pg_class'::regclass::oid
              ELSE d.refclassid END AS class,
         CASE WHEN coalesce(et.typrelid, t.typrelid) > 0 THEN coalesce(et.typrelid, t.typrelid)
              ELSE coalesce(et.oid, d.refobjid) END AS oid) u
LEFT JOIN pg_depend x ON x.classid = u.class AND x.objid = u.oid AND x.deptype = 'e'
      AND x.refclassid = 'pg_extension'::regclass AND d.deptype <> 'e'
WHERE d.refobjid >= 16384 OR d.refclassid = 'pg_namespace'::regclass
