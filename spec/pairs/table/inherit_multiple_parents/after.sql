create table pa(x int, y int);
create table pb(y int, z int, w text);
create table c(own int) inherits (pa, pb);
