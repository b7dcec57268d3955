create domain d as text default upper('x') constraint a check (value <> '') constraint b check (length(value) < 9);
comment on constraint a on domain d is 'not empty';
create table t (id int primary key, v d);
