create table a(x int primary key);
create table b(primary key (x)) inherits (a);
