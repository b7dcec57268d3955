-- Text-search configurations with their mappings, dictionaries, parsers and templates.
SELECT 'configuration' AS what, c.oid, n.nspname AS schema, c.cfgname AS name,
       pn.nspname || '.' || p.prsname AS of_what, NULL AS options,
       (SELECT jsonb_agg(jsonb_build_array(m.token, m.dictionaries) ORDER BY m.token)
        FROM (SELECT tt.alias AS token,
                     jsonb_agg(dn.nspname || '.' || d.dictname ORDER BY m.mapseqno)
                       AS dictionaries
              FROM pg_ts_config_map m
              JOIN ts_token_type(c.cfgparser) tt ON tt.tokid = m.maptokentype
              JOIN pg_ts_dict d ON d.oid = m.mapdict
              JOIN pg_namespace dn ON dn.oid = d.dictnamespace
              WHERE m.mapcfg = c.oid GROUP BY tt.alias) m) AS mappings,
       pg_get_userbyid(c.cfgowner) AS owner, obj_description(c.oid, 'pg_ts_config') AS comment
FROM pg_ts_config c
JOIN pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace pn ON pn.oid = p.prsnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_config'::regclass
                  AND e.objid = c.oid AND e.deptype = 'e')
UNION ALL
SELECT 'dictionary', d.oid, n.nspname, d.dictname, tn.nspname || '.' || t.tmplname,
       d.dictinitoption, NULL, pg_get_userbyid(d.dictowner),
       obj_description(d.oid, 'pg_ts_dict')
FROM pg_ts_dict d
JOIN pg_namespace n ON n.oid = d.dictnamespace
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_dict'::regclass
                  AND e.objid = d.oid AND e.deptype = 'e')
ORDER BY 1 DESC, 3, 4
