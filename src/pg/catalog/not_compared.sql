-- Objects of kinds that are not read: said by name, never passed over in silence.
WITH ours(class, oid) AS (
  SELECT e.classid, e.objid FROM pg_depend e WHERE e.deptype IN ('e', 'i')
)
SELECT k.what || ' ' || k.name AS name
FROM (
  SELECT 'operator class' AS what, 'pg_opclass'::regclass AS class, o.oid,
         n.nspname || '.' || o.opcname AS name
  FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace
  UNION ALL
  SELECT 'operator family', 'pg_opfamily'::regclass, o.oid, n.nspname || '.' || o.opfname
  FROM pg_opfamily o JOIN pg_namespace n ON n.oid = o.opfnamespace
  UNION ALL
  SELECT 'conversion', 'pg_conversion'::regclass, c.oid, n.nspname || '.' || c.conname
  FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
  UNION ALL
  SELECT 'language', 'pg_language'::regclass, l.oid, l.lanname FROM pg_language l
  UNION ALL
  SELECT 'access method', 'pg_am'::regclass, a.oid, a.amname FROM pg_am a
  UNION ALL
  SELECT 'transform', 'pg_transform'::regclass, t.oid,
         'for ' || format_type(t.trftype, NULL) || ' language ' || l.lanname
  FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
  UNION ALL
  SELECT 'text search parser', 'pg_ts_parser'::regclass, p.oid, n.nspname || '.' || p.prsname
  FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
  UNION ALL
  SELECT 'text search template', 'pg_ts_template'::regclass, t.oid,
         n.nspname || '.' || t.tmplname
  FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
  UNION ALL
  SELECT 'subscription', 'pg_subscription'::regclass, s.oid, s.subname
  FROM pg_subscription s
  WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  UNION ALL
  SELECT 'base type', 'pg_type'::regclass, t.oid, n.nspname || '.' || t.typname
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype = 'b' AND t.typelem = 0
  UNION ALL
  SELECT 'security label on', s.classoid, s.objoid, s.objoid::text FROM pg_seclabel s
) k
WHERE k.oid >= 16384
  AND NOT EXISTS (SELECT FROM ours e WHERE e.class = k.class AND e.oid = k.oid)
ORDER BY 1
