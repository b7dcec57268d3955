create domain d as text default 'x' not null constraint a check (value <> '') constraint b check (length(value) < 5);
create table t (id int primary key, v d);
