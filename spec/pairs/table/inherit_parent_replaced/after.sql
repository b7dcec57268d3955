create table pb(x int, y text);
create table c(x int, y text, z int) inherits (pb);
