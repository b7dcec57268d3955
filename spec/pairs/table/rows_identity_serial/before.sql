create table t(id serial primary key, x int not null, y int generated always as identity);
