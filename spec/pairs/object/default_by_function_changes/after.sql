create function next_code(n bigint, prefix text default 'x') returns text language sql as $$ select prefix || n $$;
create table t (id int primary key, code text default next_code(1) not null, other text default upper(next_code(2, 'y')));
create view v as select id, code from t;
