create type kind as enum ('a', 'b', 'c');
create table p(k kind, v int default 1) partition by list(k);
create table pa partition of p for values in ('a');
create table pb partition of p for values in ('b');
