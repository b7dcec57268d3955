create table t(a int, b text);
create table log(a int);
create rule r1 as on insert to t do also insert into log values (new.a);
create rule r2 as on update to t do instead nothing;
alter table t enable row level security;
create policy p1 on t for select using (a > 0);
create policy p2 on t as restrictive for all to public using (b = current_user) with check (a > 1);
