create table t(a int, b int);
create sequence s;
create table u(a int default nextval('s'));
alter sequence s owned by u.a;
create sequence s2 as smallint increment 2 owned by t.b;
create sequence s3;
alter table t alter b set default nextval('s2');
