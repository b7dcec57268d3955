create table p(a int not null, b int not null, c text) partition by hash(b);
create table p1 partition of p for values with (modulus 2, remainder 0);
create table p2 partition of p for values with (modulus 2, remainder 1);
create index ix on p(c);
