create table foobar(id int, foo varchar(255), bar text, primary key (foo, id)) partition by list (foo);
create table foobar_1 partition of foobar for values in ('foo_1');
create table foobar_2 partition of foobar for values in ('foo_2');
