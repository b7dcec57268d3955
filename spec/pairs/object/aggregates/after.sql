create function addup(a int, b int) returns int language sql immutable as $$ select a + b $$;
create function half(a int) returns int language sql immutable as $$ select a / 2 $$;
create aggregate mysum(int) (sfunc = addup, stype = int, initcond = '10', finalfunc = half, parallel = safe, combinefunc = addup);
create aggregate everything(*) (sfunc = int8inc, stype = int8, initcond = '0');
create aggregate mypct(float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
comment on aggregate mysum(int) is 'half a sum';
create view v as select mysum(x) from generate_series(1, 3) x;
