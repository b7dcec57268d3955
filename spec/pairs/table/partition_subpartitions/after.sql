create table p(a int, b int, c text default 'top', d int not null default 3) partition by list(a);
create table p1 partition of p(c default 'mid') for values in (1) partition by range(b);
create table p1a partition of p1(c default 'low') for values from (0) to (10);
create table p1c partition of p1 for values from (20) to (30) partition by hash(b);
create table p1c1 partition of p1c for values with (modulus 2, remainder 0);
create table p1c2 partition of p1c for values with (modulus 2, remainder 1);
create table pd partition of p default;
create index ix on p(c);
create index ix2 on p1(d) include (c);
