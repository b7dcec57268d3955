create table p(a int, b text, primary key (a), constraint u unique (a, b)) partition by list(a);
create table p1 partition of p for values in (1);
