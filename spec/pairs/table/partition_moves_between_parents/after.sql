create table p(a int, b int) partition by list(a);
create table q(a int, b int, c text) partition by list(a);
create table m partition of q for values in (7);
create index px on p(b);
create index qx on q(c);
