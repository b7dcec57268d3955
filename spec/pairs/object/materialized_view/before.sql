create table t (id int primary key, a int, k text);
create materialized view m as select id, a from t;
create unique index m_id on m (id);
create index m_a on m (a desc);
grant select on m to public;
comment on materialized view m is 'numbers';
comment on index m_a is 'by a';
create view on_m as select a from m;
