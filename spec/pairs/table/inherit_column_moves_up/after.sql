create table pa(x int, y text);
create table c1() inherits (pa);
create table c2() inherits (pa);
