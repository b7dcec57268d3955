create table p(a int, b int, c varchar(10)) partition by list(a);
create table p1 partition of p(b default 4) for values in (1);
create index on p(b);
create view v as select b, c from p;
create view w as select b from p1;
