-- PostgreSQL 14 drops p1's keys to r when p1 is detached; 15 leaves them.
create table plain (a int primary key);
create table r (a int primary key) partition by list (a);
create table r1 partition of r for values in (1);
create table p (a int references r, b int references plain, k int) partition by list (k);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2) partition by list (a);
create table p21 partition of p2 for values in (1);
create table p3 partition of p for values in (3);
