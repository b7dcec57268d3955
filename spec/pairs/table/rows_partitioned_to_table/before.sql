create table p(a int not null, b text) partition by list(a);
create table p1 partition of p for values in (1);
create index on p(b);
