create table a(id int not null, x int, y int not null);
alter table a add constraint ux primary key (id);
alter table a add constraint uy unique (x);
create unique index uz on a(y);
