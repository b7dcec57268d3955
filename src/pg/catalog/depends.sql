-- Who needs whom. A view's needs are those of its rewrite rule, a table's row type and the
-- table are one, and what the system itself needs is left out.
SELECT CASE WHEN r.oid IS NOT NULL THEN 'pg_class'::regclass::oid ELSE d.classid END AS class,
       coalesce(r.ev_class, d.objid) AS oid,
       CASE WHEN r.oid IS NOT NULL THEN 0 ELSE d.objsubid END AS sub,
       CASE WHEN t.typrelid > 0 THEN 'pg_class'::regclass::oid
            WHEN t.typelem > 0 AND t.typcategory = 'A' THEN
              CASE WHEN et.typrelid > 0 THEN 'pg_class'::regclass::oid ELSE d.refclassid END
            ELSE d.refclassid END AS needs_class,
       CASE WHEN t.typrelid > 0 THEN t.typrelid
            WHEN t.typelem > 0 AND t.typcategory = 'A' THEN
              CASE WHEN et.typrelid > 0 THEN et.typrelid ELSE t.typelem END
            ELSE d.refobjid END AS needs_oid,
       d.refobjsubid AS needs_sub, d.deptype AS how
FROM pg_depend d
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      AND r.rulename = '_RETURN'
LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
LEFT JOIN pg_type et ON et.oid = t.typelem AND t.typelem <> 0
WHERE d.refobjid >= 16384 OR d.refclassid = 'pg_namespace'::regclass
