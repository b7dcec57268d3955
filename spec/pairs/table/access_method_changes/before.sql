create access method stays type table handler heap_tableam_handler;
create access method goes type table handler heap_tableam_handler;
create table to_other (id int primary key, t text); -- from 15
create table to_new (id int primary key, t text); -- from 15
create table to_default (id int) using stays; -- from 15
create table off_dropped (id int) using goes; -- from 15
create view reads as select id from off_dropped; -- from 15
create table parts (id int) partition by range (id); -- from 17
create table part_1 partition of parts for values from (0) to (10); -- from 17
create table parts_2 (id int) partition by range (id) using stays; -- from 17
create table part_2 partition of parts_2 for values from (0) to (10); -- from 17
