create table t (id int primary key);
create view v as select id from t;
create materialized view m as select id from t;
create table tv (id int);
