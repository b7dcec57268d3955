create table t (id int primary key, a int);
create function total() returns bigint language sql stable
  begin atomic select sum(a) from t; end;
create procedure add_one(x int) language sql
  begin atomic insert into t values (x, x); update t set a = 0 where id = x; end;
create function plus(a int, b int) returns int language sql immutable return a + b;
