create foreign data wrapper fw;
create server fs foreign data wrapper fw;
create table p(a int, b text not null) partition by list(a);
create table p1 partition of p for values in (1);
create foreign table p2 partition of p for values in (2) server fs;
