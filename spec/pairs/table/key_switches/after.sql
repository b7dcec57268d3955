create table a(id int unique, code text primary key);
create table b(a int references a(id), c text references a);
