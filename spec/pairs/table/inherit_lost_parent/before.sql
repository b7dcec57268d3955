create table pa(x int, y text not null);
create table c(x int, y text not null) inherits (pa);
