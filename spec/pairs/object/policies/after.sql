create table t (id int primary key, owner varchar(50));
create table other (id int, who text);
create function me() returns text language sql stable as $$ select session_user::text $$;
alter table t enable row level security;
alter table t force row level security;
create policy p1 on t for select using (owner in (select who from other where other.id = t.id));
create policy p2 on t as restrictive for update to public using (owner <> '' and id < 100);
create policy p3 on t for insert to postgres with check (owner = me());
comment on policy p1 on t is 'mine';
