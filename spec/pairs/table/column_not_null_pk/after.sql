create table t(a int, b int, c int, primary key (b));
create table u(a int, b int primary key);
