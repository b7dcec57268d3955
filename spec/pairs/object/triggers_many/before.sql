create table t (id int primary key, a int, b text);
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create function g() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t1 after insert on t for each row execute function f();
create trigger t2 before update on t for each row execute function g();
create trigger t3 after update on t referencing old table as o new table as n for each statement execute function f();
create constraint trigger t4 after insert on t deferrable initially deferred for each row execute function f();
create view v as select id, a from t;
create trigger tv instead of insert on v for each row execute function f('x', 'y''z');
