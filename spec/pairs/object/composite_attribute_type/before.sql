create type pt as (x int, y int);
comment on type pt is 'a point';
create type box2 as (a pt, b pt);
