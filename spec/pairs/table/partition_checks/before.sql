create table p(a int, b int, constraint old check (b > 0)) partition by list(a);
create table p1 partition of p for values in (1);
create table p2 partition of p(constraint mine check (b > 5)) for values in (2);
