create table p(a int, b int, c text) partition by list(a);
create table p1 partition of p for values in (1) partition by list(b);
create table p11 partition of p1 for values in (1);
create table p12 partition of p1 for values in (2);
