-- What of the bookkeeping is there.
-- $1 schema, $2 version table
-- columns: schema, version table and log exist; version_num has a length limit
-- that the current role may lift; the version table has its column
--
-- The catalogs are joined only when there is a table: ledger_read.sql tells why, and how.
SELECT to_regnamespace(quote_ident($1::text)) IS NOT NULL,
       oid IS NOT NULL,
       to_regclass(format('%I.moonshift_log', $1::text)) IS NOT NULL,
       told ~ '<narrow>true',
       told ~ '<narrow>'
FROM (SELECT oid, CASE WHEN oid IS NOT NULL THEN
        query_to_xml(format(
          $q$SELECT a.atttypmod <> -1 AND pg_has_role(c.relowner, 'USAGE') AS narrow
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
             WHERE c.oid = %s AND a.attname = 'version_num'$q$, oid::oid), true, true, '')::text
      END
      FROM (SELECT to_regclass(format('%I.%I', $1::text, $2::text)) OFFSET 0) AS version (oid)
      OFFSET 0) AS found (oid, told);
