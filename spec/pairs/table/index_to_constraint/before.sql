create table a(id int not null, x int, y int not null);
create unique index ux on a(id);
create unique index uy on a(x);
alter table a add constraint uz unique (y);
