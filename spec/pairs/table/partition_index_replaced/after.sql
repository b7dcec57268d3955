create table foobar(id int, foo varchar(255), bar text) partition by list (foo);
create table foobar_1 partition of foobar for values in ('foo_1');
create table foobar_2 partition of foobar for values in ('foo_2');
create index some_idx on foobar using hash (foo);
create unique index loc on foobar_1(bar, id);
create unique index bothx on foobar(foo, bar) where bar is not null;
