create table t (id int primary key, a text unique, b text default 'x');
create view v as select a from t;
