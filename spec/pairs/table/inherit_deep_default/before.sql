create table a(x int default 1, y int);
create table b() inherits (a);
create table c() inherits (b);
create table d() inherits (c);
alter table c alter x set default 3;
