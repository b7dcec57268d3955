create role seq_owner;
create sequence s as int maxvalue 100;
create table t(a int default nextval('s'));
