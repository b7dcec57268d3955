create table t (id int primary key, a int, b text);
create view v1 as select id, a, b from t;
create view v2 as select id, a from v1 where b <> '';
create view v3 with (security_barrier) as select id from v2;
comment on column v1.a is 'the a';
grant select (id, a) on v1 to public;
