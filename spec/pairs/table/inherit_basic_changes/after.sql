create table base(a bigint not null, b text default 'y', d date, constraint ck2 check (a > 1));
create table kid(c int) inherits (base);
create table grandkid(e int) inherits (kid);
alter table grandkid alter b set default 'own';
comment on column grandkid.d is 'inherited';
create index on kid(b);
