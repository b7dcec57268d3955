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
                nullif($1::text, ''), current_schema()::text, 'public') AS schema,
       oid IS NOT NULL AS there,
       CASE WHEN oid IS NOT NULL THEN
         convert_from(decode(substring(query_to_xml(format(
           $q$SELECT encode(convert_to(string_agg(version_num, chr(10) ORDER BY version_num), 'UTF8'), 'hex') AS ids FROM %s$q$,
           oid), true, true, '')::text
           FROM '<ids>([0-9a-f]*)</ids>'), 'hex'), 'UTF8')
       END AS ids
FROM (SELECT to_regclass(CASE WHEN $1::text = '' THEN format('%I', $2::text)
                              ELSE format('%I.%I', $1::text, $2::text) END) OFFSET 0) AS found (oid);
