create function f(a int) returns setof int language plpgsql
  stable strict security definer leakproof parallel safe cost 42 rows 7
  set "TimeZone" to 'UTC' set search_path to pg_catalog, pg_temp set work_mem to '8MB'
  as $$ begin return next a; end $$;
create procedure p(inout a int) language plpgsql security definer set statement_timeout to '5s'
  as $$ begin a := a + 2; end $$;
comment on function f(int) is 'one row';
comment on procedure p(int) is 'adds';
