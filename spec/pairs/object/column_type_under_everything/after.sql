create table t (id int primary key, a text, n bigint, constraint a_len check (length(a) > 1));
create function tf() returns trigger language plpgsql as $$ begin return new; end $$;
create index t_a on t (lower(a));
create view v as select a from t;
create rule r as on delete to t where old.a = 'keep' do instead nothing;
create trigger tr before update of a on t for each row when (old.a <> new.a) execute function tf();
create policy p on t using (a <> 'x');
create publication pub for table t (id, a) where (n > 5); -- from 15
create statistics st on a, n from t;
create function at() returns setof text language sql begin atomic select a from t; end;
