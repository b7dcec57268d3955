create table r(a int, b int, primary key (a, b));
create table t(id int primary key, a int default 1, b int default 2, constraint f foreign key (a, b) references r match full on delete set null on update set default);
create table u(a int, b int, foreign key (a, b) references r on delete set null (b)); -- from 15
