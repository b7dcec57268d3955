create table t(id int primary key, a int, b text, g int generated always as (a + 1) stored, constraint k check (a > 0), constraint kb check (b <> '' and a > 1), unique (a, b));
create index ia on t(a);
create index iw on t(b) where a > 1;
create view v as select id, a from t;
comment on column t.a is 'goes';
