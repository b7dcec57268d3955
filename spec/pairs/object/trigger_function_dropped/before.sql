create table t (id int primary key);
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger a after insert on t for each row execute function f();
