-- The columns that a walk over a table can follow: those of a unique index that covers all
-- rows and holds no NULL. The primary key comes first, then the index with fewest columns.
-- $1 table, as SQL writes it; $2 the columns that are wanted, text[], or NULL for any
-- columns: name, type, whether no column of the index can be NULL
WITH found AS (
    SELECT i.indexrelid, i.indisprimary, i.indnkeyatts, bool_and(a.attnotnull) AS filled,
           array_agg(a.attname::text ORDER BY k.n) AS names,
           array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY k.n) AS types
    FROM pg_catalog.pg_index i
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = $1::text::regclass AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL AND k.n <= i.indnkeyatts
    GROUP BY i.indexrelid, i.indisprimary, i.indnkeyatts
), best AS (
    SELECT * FROM found
    WHERE CASE WHEN $2::text[] IS NULL THEN filled
               ELSE names @> $2::text[] AND names <@ $2::text[] END
    ORDER BY filled DESC, indisprimary DESC, indnkeyatts, indexrelid
    LIMIT 1
)
SELECT k.name, k.type, best.filled
FROM best, unnest(best.names, best.types) WITH ORDINALITY AS k (name, type, n)
ORDER BY k.n;
