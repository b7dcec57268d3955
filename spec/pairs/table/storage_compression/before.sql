create table t(a text, b bytea, c numeric, d jsonb, e text);
alter table t alter a set storage main, alter b set storage external, alter c set storage plain, alter d set compression pglz, alter e set statistics 5;
alter table t alter e set (n_distinct = -0.5);
