create schema ext;
create extension citext;
create extension pg_trgm schema ext;
create extension hstore;
create table t (id int primary key, a citext, h hstore default ''::hstore, b text);
create index t_a on t (a);
create index t_b on t using gin (b ext.gin_trgm_ops);
create index t_h on t using gist (h);
comment on extension hstore is 'mine';
