create table pa(x int, constraint a check (x > 0) no inherit, constraint b check (x < 100));
create table c() inherits (pa);
