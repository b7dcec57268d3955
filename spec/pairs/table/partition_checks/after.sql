create table p(a int, b int) partition by list(a);
create table p1 partition of p(constraint old check (b > 0)) for values in (1);
create table p2 partition of p for values in (2);
alter table p add constraint mine check (b > 5);
comment on constraint mine on p2 is 'inherited';
alter table p add constraint late check (a > 0) not valid;
