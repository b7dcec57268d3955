create access method stays type table handler heap_tableam_handler;
create access method comes type table handler heap_tableam_handler;
create table to_other (id int primary key, t text, u int) using stays; -- from 15
create table to_new (id int primary key, t text) using comes; -- from 15
create table to_default (id int); -- from 15
create table off_dropped (id int) using comes; -- from 15
create view reads as select id from off_dropped; -- from 15
create table parts (id int) partition by range (id) using comes; -- from 17
create table part_1 partition of parts for values from (0) to (10) using heap; -- from 17
create table parts_2 (id int) partition by range (id); -- from 17
create table part_2 partition of parts_2 for values from (0) to (10) using stays; -- from 17
