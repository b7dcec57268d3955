create table pa(x int);
create table c(x int, y text);
