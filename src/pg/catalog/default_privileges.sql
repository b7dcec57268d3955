-- ALTER DEFAULT PRIVILEGES, as what it adds to and takes from the built-in defaults.
WITH acls AS (
  SELECT d.oid, d.defaclrole AS role, d.defaclnamespace AS namespace, d.defaclobjtype AS kind,
         d.defaclacl AS acl,
         CASE WHEN d.defaclnamespace <> 0 THEN NULL::aclitem[]
              ELSE acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's'
                              ELSE d.defaclobjtype END::"char", d.defaclrole) END AS standard
  FROM pg_default_acl d
), given AS (
  SELECT a.oid, a.role, a.namespace, a.kind, x.grantee, x.privilege_type, x.is_grantable
  FROM acls a, aclexplode(a.acl) x
), standard AS (
  SELECT a.oid, a.role, a.namespace, a.kind, x.grantee, x.privilege_type, x.is_grantable
  FROM acls a, aclexplode(a.standard) x
)
SELECT d.oid, pg_get_userbyid(d.role) AS role, n.nspname AS schema, d.kind, d.taken,
       d.is_grantable AS grantable,
       CASE WHEN d.grantee = 0 THEN 'public' ELSE pg_get_userbyid(d.grantee)::text END
         AS grantee,
       array_agg(lower(d.privilege_type) ORDER BY d.privilege_type) AS privileges
FROM (SELECT g.*, false AS taken FROM given g
      WHERE NOT EXISTS (SELECT FROM standard s WHERE s.oid = g.oid
                        AND s.grantee = g.grantee AND s.privilege_type = g.privilege_type
                        AND s.is_grantable = g.is_grantable)
      UNION ALL
      SELECT s.*, true FROM standard s
      WHERE NOT EXISTS (SELECT FROM given g WHERE s.oid = g.oid
                        AND s.grantee = g.grantee
                        AND s.privilege_type = g.privilege_type)) d
LEFT JOIN pg_namespace n ON n.oid = d.namespace
GROUP BY d.oid, d.role, n.nspname, d.kind, d.taken, d.is_grantable, d.grantee
ORDER BY 2, 3, d.kind, d.taken DESC, 7, d.is_grantable
