create role spec_reader;
create foreign data wrapper w1 options (debug 'false', level '3');
create server s1 type 'x' version '2' foreign data wrapper w1 options (host 'b', db 'd');
create user mapping for postgres server s1 options (user 'u2', password 'it''s');
create user mapping for public server s1;
create foreign table ft (id int not null, a text options (name 'B', more 'x'), b int default 5 check (b > 0)) server s1 options (tab 'T2');
grant usage on foreign server s1 to spec_reader;
grant usage on foreign data wrapper w1 to spec_reader;
