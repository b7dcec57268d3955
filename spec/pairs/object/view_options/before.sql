create table t (id int primary key, a int);
create view v as select id, a from t where a > 0;
create view w as select id, a from t where a > 0;
create view u as select id, a from t;
alter view u alter column a set default 5;
