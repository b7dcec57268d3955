create type mood as enum ('sad', 'ok');
create domain code as varchar(5);
create table t (id int primary key, m mood not null default 'ok', c code, ms mood[]);
create index t_m on t (m);
