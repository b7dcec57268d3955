create extension citext;
create table t (id int primary key, a citext);
create index t_a on t (a);
