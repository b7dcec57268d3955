create table p(a int, b text) partition by list(a);
create table p1 partition of p for values in (1);
create index ix on p(b);
create table p2 partition of p for values in (2);
alter table p add constraint pk primary key (a);
