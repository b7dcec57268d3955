create table a(id int not null, x int not null);
create unique index ai on a(id);
create unique index ax on a(x);
create index ac on a(x, id);
alter table a replica identity using index ax;
alter table a cluster on ai;
create table b(id int primary key);
alter table b cluster on b_pkey;
alter table b replica identity nothing;
