-- Publications with their tables and schemas (column lists and filters since 15).
SELECT p.oid, p.pubname AS name, p.puballtables AS all_tables,
       p.pubinsert AS on_insert, p.pubupdate AS on_update, p.pubdelete AS on_delete,
       p.pubtruncate AS on_truncate, p.pubviaroot AS via_root,
       pg_get_userbyid(p.pubowner) AS owner,
       obj_description(p.oid, 'pg_publication') AS comment
FROM pg_publication p
ORDER BY p.pubname
