create table p(a int, b text, c text) partition by list(a);
create table p1 partition of p for values in (1);
comment on column p1.b is 'before';
alter table p1 alter c set statistics 10;
