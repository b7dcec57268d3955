create table t(a int, b int);
create table u(a int);
create sequence s owned by t.a;
create sequence s2 as int;
create sequence s3 owned by u.a;
alter table t alter b set default nextval('s2');
