create domain code as text;
create function is_code(c code) returns boolean language sql immutable as $$ select c <> '' $$;
alter domain code add constraint code_ok check (is_code(value));
comment on constraint code_ok on domain code is 'as the function says';
create table t (c code, k int);
create domain low as int;
create table lows (l low);
create function is_low(x int) returns boolean language sql stable begin atomic select not exists (select from lows where l > x); end;
alter domain low add check (is_low(value));
