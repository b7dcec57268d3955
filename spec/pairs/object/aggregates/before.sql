create function addup(a int, b int) returns int language sql immutable as $$ select a + b $$;
create aggregate mysum(int) (sfunc = addup, stype = int, initcond = '0');
create view v as select mysum(x) from generate_series(1, 3) x;
