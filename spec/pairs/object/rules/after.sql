create table t (id int primary key, a bigint);
create table log (id int, what text);
create rule r1 as on insert to t where new.a > 0 do also (insert into log values (new.id, ' DO '); delete from log where id < new.id);
create rule r2 as on update to t where new.a > 6 and old.id <> 3 do instead nothing;
create view v as select id, a from t;
create rule v_ins as on insert to v do instead insert into t values (new.id, new.a) returning t.id, t.a;
comment on rule r1 on t is 'log it';
