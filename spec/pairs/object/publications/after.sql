create schema s;
create table a (id int primary key, x int, y text);
create table b (id int primary key);
create table s.c (id int primary key);
create publication p1 for table a (id, x) where (x > 5), b with (publish = 'insert, update'); -- from 15
create publication p2 for all tables with (publish_via_partition_root);
create publication p3 for tables in schema s, table a; -- from 15
