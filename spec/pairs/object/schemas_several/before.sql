create schema a;
create schema b;
create table a.t (id int primary key);
create table b.t (id int primary key, a_id int references a.t);
create function a.f() returns int language sql as 'select 1';
create view b.v as select t.id, a.f() from a.t;
create type a.e as enum ('x');
