create extension citext;
create table t (id int primary key, a citext unique, b text default 'x'::citext::text);
create view v as select a from t;
