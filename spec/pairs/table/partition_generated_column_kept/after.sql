create table p(a int, b int, g int) partition by list(a);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2);
create index on p(g);
