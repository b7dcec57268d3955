-- Operator classes with their members.
SELECT c.oid, n.nspname AS schema, c.opcname AS name, am.amname AS method,
       format_type(c.opcintype, NULL) AS type, c.opcdefault AS is_default,
       f.opfname AS family, fn.nspname AS family_schema,
       pg_get_userbyid(c.opcowner) AS owner,
       (SELECT array_agg(x.item ORDER BY x.kind, x.number, x.item)
        FROM (SELECT 1 AS kind, o.amopstrategy AS number,
                     format('operator %s %s', o.amopstrategy, o.amopopr::regoperator)
                     || CASE WHEN o.amopsortfamily <> 0
                        THEN (SELECT format(' for order by %I.%I', sn.nspname, s.opfname)
                              FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace
                              WHERE s.oid = o.amopsortfamily) ELSE '' END AS item
              FROM pg_amop o JOIN pg_depend d ON d.classid = 'pg_amop'::regclass
                   AND d.objid = o.oid AND d.refclassid = 'pg_opclass'::regclass
                   AND d.refobjid = c.oid
              UNION ALL
              SELECT 2, p.amprocnum,
                     format('function %s (%s, %s) %s', p.amprocnum,
                            format_type(p.amproclefttype, NULL),
                            format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
              FROM pg_amproc p JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass
                   AND d.objid = p.oid AND d.refclassid = 'pg_opclass'::regclass
                   AND d.refobjid = c.oid
              UNION ALL
              SELECT 3, 0, 'storage ' || format_type(c.opckeytype, NULL)
              WHERE c.opckeytype <> 0) x) AS items,
       (SELECT array_agg(d.objid::text) FROM pg_depend d
        WHERE d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid
          AND d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)) AS members,
       obj_description(c.oid, 'pg_opclass') AS comment
FROM pg_opclass c
JOIN pg_namespace n ON n.oid = c.opcnamespace
JOIN pg_am am ON am.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_namespace fn ON fn.oid = f.opfnamespace
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_opclass'::regclass
                  AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.opcname, am.amname
