create extension btree_gist;
create table t(room int, during tsrange, active bool, constraint ex exclude using gist (room with =, during with &&) where (active) deferrable initially deferred);
alter table t add constraint ex2 exclude using btree (room with =);
comment on constraint ex2 on t is 'one';
