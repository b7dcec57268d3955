create table t(a text default '5', b boolean default true, c timestamp, d json, e text[], f numeric(10,2), g interval, h int default 1, i date);
create index on t(c);
