create table pa(x int, y text);
create table c(x int, y text, z int) inherits (pa);
