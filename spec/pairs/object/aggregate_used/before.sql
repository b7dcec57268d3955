create function addup(a int, b int) returns int language sql immutable as $$ select a + b $$;
create aggregate mysum(int) (sfunc = addup, stype = int);
create view v as select mysum(x) as s from generate_series(1, 3) x;
create materialized view m as select s from v;
grant select on v to public;
