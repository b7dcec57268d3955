create table a(x text) with (fillfactor = 80, toast.vacuum_truncate = false);
create index i on a(x);
create index g on a using gin (to_tsvector('simple', x));
create table pk(id int, constraint pk_pkey primary key (id) with (fillfactor = 61));
