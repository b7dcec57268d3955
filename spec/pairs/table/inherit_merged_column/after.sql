create table pa(x int, y text default 'p');
create table c(y text default 'd', z int) inherits (pa);
