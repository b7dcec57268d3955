create table p(a text, ts timestamptz) partition by range(date_trunc('day', ts at time zone 'UTC'), lower(a));
create table p1 partition of p for values from (minvalue, minvalue) to ('2020-01-01', 'm');
