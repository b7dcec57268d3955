-- $1: the name of a table, as it may be written in SQL. Columns: its name with schema and
-- quotes, NULL when there is none.
SELECT (SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = to_regclass($1))
