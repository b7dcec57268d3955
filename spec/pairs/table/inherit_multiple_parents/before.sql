create table pa(x int, y int);
create table pb(y int, z int);
create table c() inherits (pa, pb);
