create table t (id int primary key, a bigint, b text);
create function total() returns numeric language sql stable
  begin atomic select sum(a) from t where b is not null; end;
create procedure add_one(x int) language sql
  begin atomic insert into t (id, a, b) values (x, x, 'new'); update t set a = 0 where id = x; end;
create function plus(a int, b int) returns int language sql immutable return a + b + 1;
