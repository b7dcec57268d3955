create table t (id int primary key, a int);
create function f(x int) returns bigint language sql stable as $$ select 1::bigint $$;
create view v as select id, f(a) as "The F" from t;
create or replace function f(x int) returns bigint language sql stable begin atomic select count(*) from v where id = x; end;
create view above as select "The F" from v;
grant select on v to public;
comment on view v is 'around';
comment on column v.id is 'the id';
