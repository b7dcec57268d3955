create table t (id int primary key, a int, b text);
create view v1 as select id, a as amount, b from t;
create view v2 as select id, amount, 1 as one from v1 where b <> '';
create view v3 with (security_barrier=false) as select id from v2;
comment on column v1.amount is 'the amount';
grant select (id, amount) on v1 to public;
