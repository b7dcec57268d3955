create function f(a int) returns setof int language plpgsql as $$ begin return next a; end $$;
create procedure p(inout a int) language plpgsql as $$ begin a := a + 1; end $$;
