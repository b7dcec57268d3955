-- Objects of kinds that are not read: said by name, never passed over in silence.
SELECT k.what || ' ' || k.name AS name
FROM (
  SELECT 'subscription' AS what, 'pg_subscription'::regclass AS class, s.oid, s.subname::text AS name
  FROM pg_subscription s
  WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  UNION ALL
  SELECT 'base type', 'pg_type'::regclass, t.oid, t.oid::regtype::text
  FROM pg_type t
  WHERE t.typtype IN ('b', 'p')
    -- arrays follow their elements
    AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
  UNION ALL
  SELECT 'operator without a function', 'pg_operator'::regclass, o.oid, o.oid::regoperator::text
  FROM pg_operator o WHERE o.oprcode = 0
  UNION ALL
  -- A foreign table's columns have the wrapper's options; n_distinct is beside them.
  SELECT 'attribute options of', 'pg_class'::regclass, c.oid,
         format('%s.%I', c.oid::regclass, a.attname)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relkind = 'f' AND EXISTS (SELECT FROM unnest(a.attoptions) o
                                    WHERE o LIKE 'n\_distinct%') -- as in columns.sql
  UNION ALL
  SELECT 'security label of ' || s.provider || ' on', s.classoid, s.objoid,
         pg_describe_object(s.classoid, s.objoid, s.objsubid)
  FROM pg_seclabel s
  UNION ALL
  SELECT 'DEPENDS ON EXTENSION ' || quote_ident(x.extname) || ' of', d.classid, d.objid,
         pg_describe_object(d.classid, d.objid, 0)
  FROM pg_depend d
  JOIN pg_extension x ON d.refclassid = 'pg_extension'::regclass AND x.oid = d.refobjid
  WHERE d.deptype = 'x'
  UNION ALL
  SELECT 'large object', 'pg_largeobject_metadata'::regclass, l.oid, l.oid::text
  FROM pg_largeobject_metadata l
  UNION ALL
  SELECT 'comment on', d.classoid, d.objoid, pg_describe_object(d.classoid, d.objoid, d.objsubid)
  FROM pg_description d
  WHERE d.objoid >= 16384 AND d.classoid = 'pg_largeobject'::regclass
  UNION ALL
  -- Since 18 NOT NULL is a constraint. That it is there belongs to the column; what else it
  -- can be is not read, nor a name that somebody gave it.
  SELECT CASE WHEN NOT k.convalidated THEN 'that it is not valid, of the constraint'
              WHEN k.connoinherit THEN 'NO INHERIT of the constraint'
              WHEN d.objoid IS NOT NULL THEN 'comment on the constraint'
              ELSE 'name of the constraint' END,
         'pg_constraint'::regclass, k.oid,
         format('%I NOT NULL of %s', k.conname,
                CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text
                     ELSE k.contypid::regtype::text END)
  FROM pg_constraint k
  LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
  WHERE k.contype = 'n' AND k.conislocal
    AND (NOT k.convalidated OR k.connoinherit OR d.objoid IS NOT NULL
         OR k.conname !~ '_not_null[0-9]*$')
  UNION ALL
  -- Schemas of the server's own that somebody made something in.
  SELECT 'object in ' || n.nspname || ':', 'pg_class'::regclass, c.oid, c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE (n.nspname IN ('pg_catalog', 'information_schema'))
    AND c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
  UNION ALL
  SELECT 'object in ' || n.nspname || ':', 'pg_proc'::regclass, p.oid, p.oid::regprocedure::text
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname IN ('pg_catalog', 'information_schema')
) k
WHERE k.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = k.class AND e.objid = k.oid
                  AND e.deptype IN ('e', 'i'))
ORDER BY 1
