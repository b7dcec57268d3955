create table p(a int, b text) partition by list(a);
create index p_b on p(b);
create table t(a int, b text);
