create function addup(a bigint, b int) returns bigint language sql immutable as $$ select a + b $$;
create aggregate mysum(int) (sfunc = addup, stype = bigint, initcond = '0', msfunc = addup, minvfunc = addup, mstype = bigint, minitcond = '0');
create view v as select mysum(x) as s from generate_series(1, 3) x;
create materialized view m as select s from v;
grant select on v to public;
