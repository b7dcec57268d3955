create function ok(int) returns bool immutable language sql as 'select $1 > 0';
create table t(a int, constraint c check (ok(a)), g int generated always as (a + 1) stored);
create index i on t(ok(a));
