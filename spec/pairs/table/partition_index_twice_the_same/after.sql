create table p(a int, b text) partition by list(a);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2);
create index ix on p(b);
create index ix2 on p(b);
create index extra on p1(b);
