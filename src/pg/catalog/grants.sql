-- Privileges that differ from what the owner's default gives (manual, 5.7): one row for each
-- object, grantee and grant option; taken = true for a default that was revoked. What an
-- extension's script granted (pg_init_privs) is the extension's.
WITH acls(class, oid, sub, kind, acl, standard) AS (
  SELECT 'pg_class'::regclass, c.oid, 0, CASE WHEN c.relkind = 'S' THEN 'sequence' ELSE 'table' END,
         c.relacl, acldefault(CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'pg_class'::regclass, a.attrelid, a.attnum, 'table', a.attacl, NULL::aclitem[]
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, 0,
         CASE WHEN p.prokind = 'p' THEN 'procedure' ELSE 'function' END,
         p.proacl, acldefault('f', p.proowner)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.proacl IS NOT NULL AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'pg_namespace'::regclass, n.oid, 0, 'schema', n.nspacl,
         CASE WHEN n.nspname = 'public' THEN i.initprivs ELSE acldefault('n', n.nspowner) END
  FROM pg_namespace n
  LEFT JOIN pg_init_privs i ON i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid
  WHERE n.nspacl IS NOT NULL AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 0, CASE WHEN t.typtype = 'd' THEN 'domain' ELSE 'type' END,
         t.typacl, acldefault('T', t.typowner)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typacl IS NOT NULL AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'pg_foreign_server'::regclass, s.oid, 0, 'foreign server', s.srvacl,
         acldefault('S', s.srvowner)
  FROM pg_foreign_server s WHERE s.srvacl IS NOT NULL
  UNION ALL
  SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, 'foreign data wrapper', w.fdwacl,
         acldefault('F', w.fdwowner)
  FROM pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL
), given AS (
  SELECT a.class, a.oid, a.sub, a.kind, x.grantee, x.privilege_type, x.is_grantable
  FROM acls a, aclexplode(a.acl) x
), standard AS (
  SELECT a.class, a.oid, a.sub, a.kind, x.grantee, x.privilege_type, x.is_grantable
  FROM acls a, aclexplode(a.standard) x
)
SELECT d.class::oid AS class, d.oid, d.sub, d.kind, d.taken, d.is_grantable AS grantable,
       CASE WHEN d.grantee = 0 THEN 'public' ELSE pg_get_userbyid(d.grantee)::text END
         AS grantee,
       array_agg(lower(d.privilege_type) ORDER BY d.privilege_type) AS privileges,
       (SELECT a.attname FROM pg_attribute a
        WHERE d.sub > 0 AND a.attrelid = d.oid AND a.attnum = d.sub) AS column_name
FROM (SELECT g.*, false AS taken FROM given g
      WHERE NOT EXISTS (SELECT FROM standard s WHERE s.class = g.class AND s.oid = g.oid
                        AND s.sub = g.sub AND s.grantee = g.grantee
                        AND s.privilege_type = g.privilege_type
                        AND s.is_grantable = g.is_grantable)
      UNION ALL
      SELECT s.*, true FROM standard s
      WHERE NOT EXISTS (SELECT FROM given g WHERE s.class = g.class AND s.oid = g.oid
                        AND s.sub = g.sub AND s.grantee = g.grantee
                        AND s.privilege_type = g.privilege_type)) d
GROUP BY d.class, d.oid, d.sub, d.kind, d.taken, d.is_grantable, d.grantee
ORDER BY d.class, d.oid, d.sub, d.taken DESC, 7, d.is_grantable
