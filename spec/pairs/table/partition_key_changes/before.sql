create table p(a int not null, b int not null, c text) partition by range(a);
create table p1 partition of p for values from (0) to (10);
create index ix on p(c);
