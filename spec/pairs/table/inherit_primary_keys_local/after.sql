create table a(x int primary key, y int unique);
create table b(unique (y)) inherits (a);
create index on b(x);
