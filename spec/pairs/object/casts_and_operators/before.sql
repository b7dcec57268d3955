create type money2 as (amount numeric, cur text);
create function m2t(money2) returns text language sql immutable as $$ select ($1).cur $$;
create cast (money2 as text) with function m2t(money2);
create function m2eq(money2, money2) returns boolean language sql immutable as $$ select ($1).amount = ($2).amount $$;
create operator == (leftarg = money2, rightarg = money2, function = m2eq, commutator = ==);
create table t (m money2, constraint c check (m == m));
