create type lvl as enum ('low', 'high');
create table levels (l lvl primary key);
create table items (id int primary key, l lvl not null references levels, ls lvl[] default array['low'::lvl]);
create index items_l on items (l);
create unique index items_u on items (id, l) where l > 'low';
