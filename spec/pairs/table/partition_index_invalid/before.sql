create table p(a int, b text) partition by list(a);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2);
create index ix on only p(b);
create index own1 on p1(b);
alter index ix attach partition own1;
