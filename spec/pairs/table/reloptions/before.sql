create table a(x text) with (fillfactor = 70, toast.autovacuum_enabled = false);
create index i on a(x) with (fillfactor = 50);
create index g on a using gin (to_tsvector('simple', x)) with (fastupdate = off);
create table pk(id int, constraint pk_pkey primary key (id) with (fillfactor = 60));
