create domain pos as int check (value > 1) default 5;
create type mood as enum ('a', 'b', 'c');
create table t(a pos not null, b mood[] default '{a}', c int[], m mood[] default '{b,a}');
