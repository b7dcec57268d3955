create table p(a int, b int) partition by range(a);
create table p1 partition of p for values from (0) to (10);
create table p2 partition of p for values from (10) to (20);
create table pd partition of p default;
alter table p add primary key (a);
