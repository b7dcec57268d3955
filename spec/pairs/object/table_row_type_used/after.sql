create table t (id int primary key, a int, b text);
create function of_t(t) returns int language sql stable as 'select $1.a + 1';
create function all_t() returns setof t language sql stable as 'select * from t where a > 1';
create table holds (id int, one t);
create view v as select of_t(t.*) as x from t;
create aggregate first_t(t) (sfunc = array_append, stype = t[]);
