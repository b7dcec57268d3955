create table t(a int, b int, c int not null, primary key (a));
create table u(a int not null, b int);
