-- Text-search dictionaries, and configurations with one row for each token type.
SELECT 'dictionary' AS what, d.oid, n.nspname AS schema, d.dictname AS name,
       quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname) AS of_what,
       (SELECT array_agg(x[1] || '=' || replace(x[2], '''''', ''''))
        FROM regexp_matches(d.dictinitoption, '(\w+) = ''((?:[^'']|'''')*)''', 'g') x)
         AS options,
       NULL AS token, NULL::text[] AS dictionaries,
       pg_get_userbyid(d.dictowner) AS owner, obj_description(d.oid, 'pg_ts_dict') AS comment
FROM pg_ts_dict d
JOIN pg_namespace n ON n.oid = d.dictnamespace
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_dict'::regclass
                  AND e.objid = d.oid AND e.deptype = 'e')
UNION ALL
SELECT 'configuration', c.oid, n.nspname, c.cfgname,
       quote_ident(pn.nspname) || '.' || quote_ident(p.prsname), NULL, m.token,
       m.dictionaries, pg_get_userbyid(c.cfgowner), obj_description(c.oid, 'pg_ts_config')
FROM pg_ts_config c
JOIN pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace pn ON pn.oid = p.prsnamespace
LEFT JOIN LATERAL (
  SELECT tt.alias AS token,
         array_agg(m.mapdict::regdictionary::text ORDER BY m.mapseqno) AS dictionaries
  FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) tt ON tt.tokid = m.maptokentype
  WHERE m.mapcfg = c.oid GROUP BY tt.alias) m ON true
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_config'::regclass
                  AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY 1 DESC, 3, 4, 7
