create function next_code(n int) returns text language sql as $$ select 'a' || n $$;
create table t (id int primary key, code text default next_code(1) not null, other text default upper(next_code(2)));
create view v as select id, code from t;
