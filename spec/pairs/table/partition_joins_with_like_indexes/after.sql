create table p(a int, b text) partition by list(a);
create index p_b on only p(b);
create table t(a int, b text);
create index t_two on t(b);
alter table p attach partition t for values in (1);
create index t_one on t(b);
alter index p_b attach partition t_two;
