create type ct as (a int, b text);
create table t of ct (a not null, b default 'x');
