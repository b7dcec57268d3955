create table pa(x int, constraint k check (x > 0));
create table c1() inherits (pa);
