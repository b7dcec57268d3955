create table r(id int primary key);
create table t(a int, b int);
alter table t add constraint fa foreign key (a) references r;
alter table t add constraint ca check (a > 0);
alter table t add constraint fb foreign key (b) references r not valid;
alter table t add constraint cb check (b > 0) not valid;
comment on constraint fa on t is 'valid now';
