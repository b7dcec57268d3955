create table p(a int, b int) partition by list(a);
create table p1 partition of p for values in (1);
alter table p add constraint c check (b > 0) not valid;
