create table a(x int default 2, y int not null, z text default 'z');
create table b() inherits (a);
create table c() inherits (b);
create table d() inherits (c);
alter table b alter x drop default;
alter table d alter x set default 9;
alter table c alter z set default 'c';
