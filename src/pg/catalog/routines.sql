-- Functions, procedures, window functions and aggregates.
SELECT p.oid, n.nspname AS schema, p.proname AS name, p.prokind AS kind,
       pg_get_userbyid(p.proowner) AS owner,
       obj_description(p.oid, 'pg_proc') AS comment,
       pg_get_function_arguments(p.oid) AS arguments,
       pg_get_function_identity_arguments(p.oid) AS identity,
       (SELECT coalesce(string_agg(format_type(x.t, NULL), ', ' ORDER BY x.ord), '')
        FROM unnest(p.proargtypes) WITH ORDINALITY x(t, ord)) AS signature,
       pg_get_function_result(p.oid) AS result,
       l.lanname AS language, p.prosrc AS body, p.probin AS library,
       to_jsonb(p) ->> 'prosqlbody' IS NOT NULL AS is_atomic,
       CASE WHEN to_jsonb(p) ->> 'prosqlbody' IS NOT NULL
            THEN pg_get_function_sqlbody(p.oid) END AS atomic_body,
       p.provolatile AS volatility, p.proisstrict AS strict, p.prosecdef AS security_definer,
       p.proleakproof AS leakproof, p.proparallel AS parallel,
       p.procost AS cost, p.prorows AS rows, p.proretset AS returns_set,
       p.proconfig AS settings,
       CASE WHEN p.prosupport <> 0 THEN p.prosupport::regproc::text END AS support,
       (SELECT array_agg(format_type(x.t, NULL) ORDER BY x.ord)
        FROM unnest(p.protrftypes) WITH ORDINALITY x(t, ord)) AS transforms,
       g.aggkind AS aggregate_kind,
       CASE WHEN g.aggfnoid IS NOT NULL THEN g.aggtransfn::regproc::text END AS sfunc,
       CASE WHEN g.aggfnoid IS NOT NULL THEN format_type(g.aggtranstype, NULL) END AS stype,
       nullif(g.aggtransspace, 0) AS sspace,
       CASE WHEN g.aggfinalfn <> 0 THEN g.aggfinalfn::regproc::text END AS finalfunc,
       g.aggfinalextra AS finalfunc_extra, g.aggfinalmodify AS finalfunc_modify,
       CASE WHEN g.aggcombinefn <> 0 THEN g.aggcombinefn::regproc::text END AS combinefunc,
       CASE WHEN g.aggserialfn <> 0 THEN g.aggserialfn::regproc::text END AS serialfunc,
       CASE WHEN g.aggdeserialfn <> 0 THEN g.aggdeserialfn::regproc::text END AS deserialfunc,
       g.agginitval AS initcond,
       CASE WHEN g.aggmtransfn <> 0 THEN g.aggmtransfn::regproc::text END AS msfunc,
       CASE WHEN g.aggminvtransfn <> 0 THEN g.aggminvtransfn::regproc::text END AS minvfunc,
       CASE WHEN g.aggmtranstype <> 0 THEN format_type(g.aggmtranstype, NULL) END AS mstype,
       nullif(g.aggmtransspace, 0) AS msspace,
       CASE WHEN g.aggmfinalfn <> 0 THEN g.aggmfinalfn::regproc::text END AS mfinalfunc,
       g.aggmfinalextra AS mfinalfunc_extra, g.aggmfinalmodify AS mfinalfunc_modify,
       g.aggminitval AS minitcond,
       CASE WHEN g.aggsortop <> 0 THEN g.aggsortop::regoper::text END AS sortop,
       n.nspname || '.' || p.proname AS full_name
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass
                  AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
ORDER BY n.nspname, p.proname, 8
