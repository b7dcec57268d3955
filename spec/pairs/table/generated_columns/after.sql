create table t(a int, b int generated always as (a + 2) stored, c int, d text generated always as (a::text) stored);
create index on t(b);
create view v as select b from t;
