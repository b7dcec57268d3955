create role part_owner;
create table p(a int, b text) partition by list(a);
alter table p owner to part_owner;
create table p1 partition of p for values in (1) with (autovacuum_enabled = off);
create table p2 partition of p for values in (2);
alter table p2 owner to part_owner;
create unlogged table p3 partition of p for values in (3);
