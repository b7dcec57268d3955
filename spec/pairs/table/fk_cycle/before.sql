create table a(id int primary key, b int);
create table b(id int primary key, a int references a);
alter table a add constraint ab foreign key (b) references b;
create table self(id int primary key, up int references self);
