create role spec_reader;
create foreign data wrapper w1 options (debug 'true');
create server s1 type 'x' version '1' foreign data wrapper w1 options (host 'a', port '1');
create user mapping for postgres server s1 options (user 'u');
create foreign table ft (id int not null, a text options (name 'A')) server s1 options (tab 'T');
