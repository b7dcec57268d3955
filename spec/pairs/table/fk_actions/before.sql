create table r(a int, b int, primary key (a, b));
create table t(id int primary key, a int default 1, b int default 2, constraint f foreign key (a, b) references r on delete cascade on update restrict);
