create table p(a int, b text, c text) partition by list(a);
create table p1 partition of p for values in (1);
comment on column p1.b is 'after';
comment on table p1 is 'the first';
alter table p1 alter c set storage external;
alter table p alter b set statistics 77;
alter table p1 alter b set (n_distinct = 5);
create index ix on p(b);
comment on index p1_b_idx is 'copy';
