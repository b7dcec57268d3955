create table p(a int, b text not null, constraint c check (a > 0)) partition by list(a);
create table t partition of p for values in (1);
create index on p(b);
