create table p(a int, b int, c text) partition by list(a);
create table p1(c text, b int not null, a int default 1);
alter table p attach partition p1 for values in (1);
