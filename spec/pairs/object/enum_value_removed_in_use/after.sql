create type state as enum ('new', 'open', 'closed');
create table t (id int, s state not null default 'new', all_s state[] default '{new,open}',
  constraint t_check check (s <> 'closed'));
create index t_open on t (id) where s = 'open';
create view open_t as select id, s from t where s = 'open';
create function is_open(s state) returns boolean language sql immutable as $$ select s = 'open' $$;
