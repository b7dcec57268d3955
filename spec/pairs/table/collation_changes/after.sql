create table t(a text collate "C", b text, c varchar(20) collate "C");
create index on t(a);
create index on t(b collate "C");
create view v as select b from t;
