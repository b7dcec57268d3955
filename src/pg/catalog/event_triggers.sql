SELECT t.oid, t.evtname AS name, t.evtevent AS event, t.evtenabled AS enabled,
       t.evttags AS tags, n.nspname AS function_schema, p.proname AS function,
       pg_get_userbyid(t.evtowner) AS owner,
       obj_description(t.oid, 'pg_event_trigger') AS comment
FROM pg_event_trigger t
JOIN pg_proc p ON p.oid = t.evtfoid
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_event_trigger'::regclass
                  AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY t.evtname
