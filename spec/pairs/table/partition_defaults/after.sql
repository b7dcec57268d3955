create table p(a int, b text default 'y', c int) partition by list(a);
create table p1 partition of p(b default 'mine', c not null) for values in (1);
create table p2 partition of p(b default 'own') for values in (2);
create table p3 partition of p for values in (3);
alter table p3 alter b drop default;
