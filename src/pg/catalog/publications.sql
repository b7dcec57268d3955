-- Publications with their tables and schemas (column lists and filters since 15).
SELECT p.oid, p.pubname AS name, p.puballtables AS all_tables,
       p.pubinsert AS on_insert, p.pubupdate AS on_update, p.pubdelete AS on_delete,
       p.pubtruncate AS on_truncate, p.pubviaroot AS via_root,
       coalesce(to_jsonb(p) ->> 'pubgencols', 'n') AS generated, -- since 18
       -- The catalog of published schemas came with 15.
       (SELECT array_agg(n.nspname::text ORDER BY n.nspname) FROM pg_depend d
        JOIN pg_namespace n ON d.refclassid = 'pg_namespace'::regclass AND n.oid = d.refobjid
        WHERE d.classid = to_regclass('pg_catalog.pg_publication_namespace')
          AND (d.objid) IN (SELECT o.objid FROM pg_depend o
                            WHERE o.classid = d.classid
                              AND o.refclassid = 'pg_publication'::regclass
                              AND o.refobjid = p.oid)) AS schemas,
       pg_get_userbyid(p.pubowner) AS owner,
       obj_description(p.oid, 'pg_publication') AS comment
FROM pg_publication p
ORDER BY p.pubname
