create table other (a int);
create table t (id int primary key, a int);
create function next_a() returns int language sql stable begin atomic select coalesce(max(a), 0) + 1 from t; end;
alter table t alter a set default next_a();
