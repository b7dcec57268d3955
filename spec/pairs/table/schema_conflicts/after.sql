create schema s1;
create schema s2;
create table s1.t(id serial primary key, x text);
create table s2.t(id bigserial primary key, x int);
create table t(id serial primary key, y int references s2.t(id));
