create type kind as enum ('a', 'b', 'c', 'd');
create table p(k kind, v int default 2) partition by list(k);
create table pa partition of p for values in ('a', 'c');
create table pb partition of p for values in ('b');
