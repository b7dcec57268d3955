create function tf() returns trigger language plpgsql as 'begin return new; end';
create table r(id bigint primary key);
create table t(id int primary key, a bigint not null default 5 references r, b text, g bigint generated always as (a * 2) stored, constraint ck check (a > 0));
create index ia on t(a);
create index ib on t(lower(b)) where a > 3;
create view v as select a, b from t where a > 1;
create materialized view mv as select a from v;
create index on mv(a);
create rule ru as on insert to t do also notify x;
alter table t enable row level security;
create policy p on t using (a > 10);
create trigger tr before update of a on t for each row when (old.a <> new.a) execute function tf();
create statistics st on a, b from t;
create publication pub for table t where (a > 0); -- from 15
