create role seq_owner;
create sequence s;
alter sequence s owner to seq_owner;
create table t(a bigint default nextval('s') + 1);
