create unlogged table a(id int primary key);
create table b(id serial primary key);
create unlogged table c(id int references b);
