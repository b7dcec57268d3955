create table t (id int primary key, a int);
create function of_t(t) returns int language sql stable as 'select $1.a';
create function all_t() returns setof t language sql stable as 'select * from t';
create table holds (id int, one t);
create view v as select of_t(t.*) as x from t;
create aggregate first_t(t) (sfunc = array_append, stype = t[]);
