create table p(a int, b int) partition by list(a);
create table q(a int, b int, c text) partition by list(a);
create table m partition of p for values in (1);
create index px on p(b);
