create table t(id int primary key, b text, constraint kb check (b <> ''));
create view v as select id from t;
create index iw on t(b);
