create table p(a int, b text not null, constraint c check (a > 0)) partition by list(a);
create table t(a int, b text);
create index on p(b);
create index tx on t(b);
