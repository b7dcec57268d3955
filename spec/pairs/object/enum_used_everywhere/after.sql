create type mood as enum ('furious', 'sad', 'meh', 'ok', 'glad', 'manic');
create domain good_mood as mood check (value <> 'sad');
create table people (
  id int primary key,
  now mood not null default 'meh',
  past mood[] default '{ok,glad}',
  best good_mood,
  constraint people_now_check check (now >= 'sad')
);
create index people_glad on people (id) where now = 'glad';
create view happy as select id, now from people where now = 'glad';
create function next_mood(m mood) returns mood language sql immutable as $$ select 'ok'::mood $$;
