-- Conversions between encodings.
SELECT c.oid, n.nspname AS schema, c.conname AS name,
       pg_encoding_to_char(c.conforencoding) AS source,
       pg_encoding_to_char(c.contoencoding) AS target,
       c.conproc::regproc::text AS function, c.condefault AS is_default,
       pg_get_userbyid(c.conowner) AS owner,
       obj_description(c.oid, 'pg_conversion') AS comment
FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_conversion'::regclass
                  AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.conname
