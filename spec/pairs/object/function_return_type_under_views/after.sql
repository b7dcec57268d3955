create table t (id int primary key, a int);
create function calc(x int) returns bigint language sql immutable as $$ select x::bigint $$;
create view v1 as select id, calc(a) as c from t;
create view v2 as select c from v1;
grant select on v2 to public;
comment on view v1 is 'first';
create materialized view m as select sum(c) as s from v1;
create unique index m_s on m (s);
