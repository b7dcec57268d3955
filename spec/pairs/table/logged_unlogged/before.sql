create table a(id int primary key);
create unlogged table b(id serial primary key);
create unlogged table c(id int references b);
