create table p(id serial, foo text, v jsonb default '{}', primary key (foo, id), check (id > 0)) partition by list (foo);
create table p1 partition of p for values in ('a');
create table p2 partition of p for values in ('b') partition by hash (id);
create table p21 partition of p2 for values with (modulus 1, remainder 0);
create table r(foo text, id int, foreign key (foo, id) references p);
create index on p(v);
create view w as select * from p1;
