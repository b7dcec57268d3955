create schema fn;
create table t (id int primary key);
create function fn.f() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger a after insert on t for each row execute function fn.f();
