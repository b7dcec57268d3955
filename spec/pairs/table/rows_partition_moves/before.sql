create table p(a int not null, b text, primary key (a)) partition by list(a);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2);
create table q(a int not null, b text) partition by list(a);
