create table p(a int) partition by list(a);
create unlogged table p1 partition of p for values in (1);
