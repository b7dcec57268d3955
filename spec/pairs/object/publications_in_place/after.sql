create schema s;
create table a (id int primary key, x int, y text);
create table b (id int primary key);
create table s.c (id int primary key);
create publication options for table a with (publish = 'update, delete', publish_via_partition_root);
create publication usual for table a;
create publication mixed for table b, s.c;
create publication gets_one for table s.c with (publish = 'truncate');
create publication loses_all with (publish_via_partition_root); -- from 15
create publication schemas for tables in schema s, public with (publish = 'insert'); -- from 15
create publication spoken_of for table b;
comment on publication spoken_of is 'read by the other side';
