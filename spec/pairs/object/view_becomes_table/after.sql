create table t (id int primary key);
create table v (id int primary key);
create view m as select id from t;
create view tv as select id from t;
