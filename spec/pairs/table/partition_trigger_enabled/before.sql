create function f() returns trigger language plpgsql as 'begin return new; end';
create table p(a int, b text) partition by list(a);
create table p1 partition of p for values in (1);
create trigger t before insert on p for each row execute function f();
