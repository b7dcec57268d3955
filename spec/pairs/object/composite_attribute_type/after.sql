create type pt as (x bigint, y int);
comment on type pt is 'a place';
comment on column pt.x is 'to the east';
create type box2 as (a pt, b pt, label text collate "C");
