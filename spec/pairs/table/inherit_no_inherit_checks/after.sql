create table pa(x int, constraint a check (x > 0), constraint b check (x < 100) no inherit);
create table c() inherits (pa);
