create table t (id int primary key, a int);
create function ok(t) returns boolean language sql immutable return ($1).a > 0;
alter table t add constraint t_ok check (ok(t.*));
create function of_t(x int) returns setof t language sql stable begin atomic select * from t where a = x; end;
create view v as select (of_t(1)).a as one;
create function over_v() returns bigint language sql stable begin atomic select count(*) from v; end;
create table u (id int primary key, n bigint default over_v());
