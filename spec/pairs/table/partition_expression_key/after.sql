create table p(a text collate "C", ts timestamptz, x int) partition by range(date_trunc('day', ts at time zone 'UTC'));
create table p1 partition of p for values from (minvalue) to ('2020-01-01');
create table p2 partition of p for values from ('2020-01-01') to (maxvalue);
