create table t(a text, b text collate "C", c varchar(10) collate "POSIX");
create index on t(a);
create index on t(b collate "POSIX");
create view v as select b from t;
