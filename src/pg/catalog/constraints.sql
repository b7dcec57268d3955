-- Constraints of tables and domains. Inherited copies and the copies that partitions get
-- follow their parent and are marked; constraint triggers are triggers.
SELECT k.oid, k.conname AS name, k.contype AS kind, n.nspname AS schema,
       k.conrelid AS relation, c.relname AS table_name, cn.nspname AS table_schema,
       k.contypid AS domain, t.typname AS domain_name, tn.nspname AS domain_schema,
       pg_get_constraintdef(k.oid) AS definition,
       k.condeferrable AS deferrable, k.condeferred AS deferred,
       k.convalidated AS valid, k.connoinherit AS no_inherit,
       k.conislocal AS is_local, k.coninhcount AS inherited, k.conparentid AS parent,
       CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS condition,
       (SELECT array_agg(a.attname::text ORDER BY x.ord)
        FROM unnest(k.conkey) WITH ORDINALITY x(num, ord)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num) AS columns,
       fn.nspname AS referent_schema, f.relname AS referent,
       (SELECT array_agg(a.attname::text ORDER BY x.ord)
        FROM unnest(k.confkey) WITH ORDINALITY x(num, ord)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.num)
         AS referent_columns,
       k.confupdtype AS on_update, k.confdeltype AS on_delete, k.confmatchtype AS match,
       (SELECT array_agg(a.attname::text ORDER BY x.ord)
        FROM jsonb_array_elements_text(nullif(to_jsonb(k) -> 'confdelsetcols', 'null'))
             WITH ORDINALITY x(num, ord)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num::int)
         AS on_delete_columns,
       (SELECT array_agg(CASE WHEN pg_operator_is_visible(o.oid) THEN o.oprname
                         ELSE 'OPERATOR(' || quote_ident(on_.nspname) || '.' || o.oprname || ')'
                         END ORDER BY x.ord)
        FROM unnest(k.conexclop) WITH ORDINALITY x(op, ord)
        JOIN pg_operator o ON o.oid = x.op
        JOIN pg_namespace on_ ON on_.oid = o.oprnamespace) AS operators,
       -- columns of PostgreSQL 18
       coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) AS period,
       coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true) AS enforced,
       k.conindid AS index,
       obj_description(k.oid, 'pg_constraint') AS comment
FROM pg_constraint k
JOIN pg_namespace n ON n.oid = k.connamespace
LEFT JOIN pg_class c ON c.oid = k.conrelid AND k.conrelid <> 0
LEFT JOIN pg_namespace cn ON cn.oid = c.relnamespace
LEFT JOIN pg_type t ON t.oid = k.contypid AND k.contypid <> 0
LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN pg_class f ON f.oid = k.confrelid AND k.confrelid <> 0
LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname, t.typname, k.contype, k.conname
