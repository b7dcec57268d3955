create table t (id int primary key, a int);
create index t_a on t (a);
cluster t using t_pkey;
create table u (id int primary key);
cluster u using u_pkey;
create materialized view m as select 1 as id;
create index m_id on m (id);
cluster m using m_id;
