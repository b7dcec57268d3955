create table r(id int primary key);
create table t(a int references r, b int references r deferrable, c int references r deferrable initially deferred);
