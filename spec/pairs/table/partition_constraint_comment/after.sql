create table p(a int, b text, primary key (a), constraint u unique (a, b)) partition by list(a);
create table p1 partition of p for values in (1);
comment on constraint p1_pkey on p1 is 'key';
comment on index p1_a_b_key is 'index of it';
alter index p1_a_b_key set (fillfactor = 50);
