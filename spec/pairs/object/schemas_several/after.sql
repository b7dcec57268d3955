create schema b;
create schema c;
create type c.e as enum ('x');
create table c.t (id int primary key, e c.e);
create table b.t (id int primary key, c_id int references c.t);
create function c.f() returns int language sql as 'select 1';
create view b.v as select t.id, c.f() from c.t;
