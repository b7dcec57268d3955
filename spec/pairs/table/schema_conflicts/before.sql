create schema s1;
create schema s2;
create table s1.t(id serial primary key, x int);
create table s2.t(id serial primary key, x int references s1.t);
create table t(id serial primary key);
