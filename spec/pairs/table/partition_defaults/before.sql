create table p(a int, b text default 'x', c int not null) partition by list(a);
create table p1 partition of p for values in (1);
create table p2 partition of p(b default 'own') for values in (2);
create table p3 partition of p(b not null) for values in (3);
