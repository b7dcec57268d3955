create function rn() returns bigint language internal window immutable as 'window_row_number';
create function f(a int) returns int language sql as 'select 1';
create function f(a int, b int) returns int language sql as 'select 1';
create function f(variadic a text[]) returns int language sql as 'select 1';
create function t(a int) returns table (x int, y text) language sql as $$ select 1, 'a' $$;
