create schema s;
create table a (id int primary key, x int, y text);
create table b (id int primary key);
create table s.c (id int primary key);
create publication options for table a with (publish = 'insert');
create publication usual for table a with (publish = 'insert', publish_via_partition_root);
create publication mixed for table a, b with (publish = '');
create publication gets_one;
create publication loses_all for table a (id), b where (id > 1); -- from 15
create publication schemas for tables in schema s; -- from 15
create publication spoken_of for table b;
