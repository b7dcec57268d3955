-- Operator families with their loose members: those that no operator class brings
-- (pg_depend: automatic, where a class's members are internal).
SELECT f.oid, n.nspname AS schema, f.opfname AS name, am.amname AS method,
       pg_get_userbyid(f.opfowner) AS owner,
       (SELECT array_agg(x.item ORDER BY x.item)
        FROM (SELECT format('operator %s %s', o.amopstrategy, o.amopopr::regoperator)
                     || CASE WHEN o.amopsortfamily <> 0
                        THEN (SELECT format(' for order by %I.%I', sn.nspname, s.opfname)
                              FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace
                              WHERE s.oid = o.amopsortfamily) ELSE '' END AS item
              FROM pg_amop o JOIN pg_depend d ON d.classid = 'pg_amop'::regclass
                   AND d.objid = o.oid AND d.refclassid = 'pg_opfamily'::regclass
                   AND d.refobjid = f.oid
              UNION ALL
              SELECT format('function %s (%s, %s) %s', p.amprocnum,
                            format_type(p.amproclefttype, NULL),
                            format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
              FROM pg_amproc p JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass
                   AND d.objid = p.oid AND d.refclassid = 'pg_opfamily'::regclass
                   AND d.refobjid = f.oid) x) AS items,
       (SELECT array_agg(d.objid::text) FROM pg_depend d
        WHERE d.refclassid = 'pg_opfamily'::regclass AND d.refobjid = f.oid
          AND d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)) AS members,
       obj_description(f.oid, 'pg_opfamily') AS comment
FROM pg_opfamily f
JOIN pg_namespace n ON n.oid = f.opfnamespace
JOIN pg_am am ON am.oid = f.opfmethod
WHERE f.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_opfamily'::regclass
                  AND e.objid = f.oid AND e.deptype = 'e')
ORDER BY n.nspname, f.opfname, am.amname
