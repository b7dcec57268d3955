create table pa(x int, y text not null default 'q');
create table c1() inherits (pa);
create table c2() inherits (pa);
