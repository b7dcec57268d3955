create table t(a int, b text, c int);
create table log(a int, c int);
create rule r1 as on insert to t do also insert into log values (new.a, new.c);
create rule r2 as on update to t where old.a > 1 do instead nothing;
alter table t enable row level security;
alter table t force row level security;
create policy p1 on t for select using (a > 0 and exists (select from log where log.a = t.a));
create policy p2 on t for insert with check (c > 1);
alter table t disable rule r2;
