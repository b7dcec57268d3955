create table p(a int, b int) partition by range(a);
create table p1 partition of p for values from (0) to (5);
create table p2 partition of p for values from (5) to (20);
create table p3 partition of p for values from (20) to (maxvalue);
alter table p add primary key (a);
