create function ok(int) returns bool immutable language sql as 'select $1 > 10';
create table t(a int, constraint c check (ok(a) and a < 100), g int generated always as (a + 2) stored);
create index i on t(ok(a)) where ok(a);
