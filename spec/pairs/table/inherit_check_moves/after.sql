create table pa(x int);
create table c1(constraint k check (x > 0)) inherits (pa);
