create function rn() returns bigint language internal window stable as 'window_row_number';
create function f(a int) returns int language sql as 'select 2';
create function f(b int, a int) returns int language sql as 'select 1';
create function f(variadic a text[] default '{}') returns int language sql as 'select 1';
create function t(a int) returns table (x bigint, z text) language sql rows 5 as $$ select 1::bigint, 'a' $$;
create function poly(anyelement, anyarray) returns anyelement language sql as 'select $1';
create procedure f(a date) language sql as 'select 1';
