create table t (id int primary key, owner text);
create table other (id int, who text);
create function me() returns text language sql stable as $$ select current_user::text $$;
alter table t enable row level security;
create policy p1 on t for select using (owner = me());
create policy p2 on t as restrictive for update to public using (owner <> '') with check (id > 0);
