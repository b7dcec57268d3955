create table m (id int, at date) partition by range (at);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger tr before insert on m for each row execute function f();
create trigger own before update on m1 for each row execute function f();
