create table p(a int not null, b text default 'd', c int default 5, primary key (a)) partition by list(a);
create table p1 partition of p for values in (1, 11);
create table q(a int not null, b text) partition by list(a);
create table p2 partition of q for values in (2);
