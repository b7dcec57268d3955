create table r(id int primary key, u int unique, w int unique);
create table t(a int references r, b int references r deferrable, c int references r deferrable initially deferred, u int, constraint uq unique (u));
