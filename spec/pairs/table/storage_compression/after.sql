create table t(a text, b bytea, c numeric, d jsonb, e text);
alter table t alter b set storage plain, alter d set storage external, alter a set compression pglz, alter a set statistics 500;
alter table t alter e set (n_distinct_inherited = 5);
