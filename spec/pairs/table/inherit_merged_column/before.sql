create table pa(x int, y text);
create table c(y text default 'c', z int) inherits (pa);
