create sequence a;
create sequence b as bigint start 10;
create sequence c increment -5 minvalue -100;
create sequence d;
comment on sequence d is 'x';
