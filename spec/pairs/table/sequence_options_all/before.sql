create sequence a increment 2 minvalue 1 maxvalue 50 start 3 cache 4 cycle;
create sequence b as smallint;
create sequence c increment -1;
create unlogged sequence d; -- from 15
