create table r(id int primary key, u int unique, w int unique deferrable initially deferred);
create table t(a int references r(u) deferrable initially deferred, b int, c int references r(u), u int, constraint uq unique (u) deferrable);
