create foreign data wrapper fw;
create server fs foreign data wrapper fw;
create table p(a int, b text) partition by list(a);
create table p1 partition of p for values in (1);
