create table a (id int primary key, x int, y text);
create table b (id int primary key);
create publication p1 for table a;
create publication p2 for all tables;
