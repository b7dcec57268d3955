create table base(a int not null, b text default 'x', constraint ck check (a > 0));
create table kid(c int) inherits (base);
create table grandkid() inherits (kid);
create index on kid(b);
