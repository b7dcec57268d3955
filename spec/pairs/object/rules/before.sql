create table t (id int primary key, a int);
create table log (id int, what text);
create rule r1 as on insert to t do also insert into log values (new.id, 'insert');
create rule r2 as on update to t where new.a > 5 do instead nothing;
create view v as select id, a from t;
create rule v_ins as on insert to v do instead insert into t values (new.id, new.a);
