create table r(id int primary key) partition by range(id);
create table r1 partition of r for values from (0) to (10);
create table r2 partition of r for values from (10) to (20);
create table p(a int, b int references r on delete cascade) partition by list(a);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2);
alter table p1 add constraint own foreign key (a) references r1;
create table s(id int references r);
