create table a(id int primary key, code text not null unique);
create table b(a int references a, c text references a(code));
