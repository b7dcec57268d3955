create table t (id int primary key, a int);
create view v with (security_barrier, security_invoker) as select id, a from t where a > 0 with local check option; -- from 15
create view w as select id, a from t where a > 0 with cascaded check option;
create view u as select id, a from t;
alter view u alter column a set default 6;
alter view u alter column id set default 1;
comment on view u is 'writable';
