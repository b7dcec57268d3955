create domain pos as int check (value > 0);
create type mood as enum ('a', 'b');
create table t(a pos, b mood[], c pos[] default '{1}', m mood default 'a');
