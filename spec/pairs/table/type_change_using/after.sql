create table t(a int default 7, b int default 1, c timestamptz, d jsonb, e varchar(5)[], f int, g text, h boolean default false, i text default 'x');
create index on t(c);
