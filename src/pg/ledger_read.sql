-- The current heads, whether or not the version table exists, in one round trip.
-- $1 schema, or '' to look along the search path; $2 version table
-- columns: schema, whether the table is there, its rows, one a line
--
-- A query cannot name a table that may be missing, but query_to_xml takes the query as
-- text. Its XML is left at once: the rows travel as hexadecimal digits, so that nothing in
-- them is markup. (These functions do not need a server built with libxml.)
--
-- No catalog is joined: this is the first query of its session, and for a join the planner
-- would read some thirty rows of catalogs first, which takes longer than all else here.
SELECT coalesce((parse_ident((pg_identify_object('pg_catalog.pg_class'::regclass, oid, 0)).schema))[1],
                usual) AS schema,
       oid IS NOT NULL AS there,
       CASE WHEN oid IS NOT NULL THEN
         convert_from(decode(substring(query_to_xml(format(
           $q$SELECT encode(convert_to(string_agg(version_num, chr(10) ORDER BY version_num), 'UTF8'), 'hex') AS ids FROM %s$q$,
           oid), true, true, '')::text
           FROM '<ids>([0-9a-f]*)</ids>'), 'hex'), 'UTF8')
       END AS ids
FROM (SELECT coalesce(CASE WHEN $1::text = '' THEN to_regclass(format('%I', $2::text)) END,
                      to_regclass(format('%I.%I', usual, $2::text))), usual
      -- Where it is made, also when the search path is empty or begins with pg_catalog.
      FROM (SELECT coalesce(nullif($1::text, ''), nullif(current_schema()::text, 'pg_catalog'),
                            'public') OFFSET 0) AS place (usual)
      OFFSET 0) AS found (oid, usual);
