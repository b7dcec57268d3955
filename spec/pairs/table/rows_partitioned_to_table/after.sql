create table p1(a int not null, b text, c int default 4);
create index own on p1(b);
