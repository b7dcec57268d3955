create table pa(x int);
create table c1(y text) inherits (pa);
create table c2() inherits (pa);
