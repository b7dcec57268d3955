create function f() returns trigger language plpgsql as 'begin return new; end';
create table p(a int, b text) partition by list(a);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2);
create trigger new before update of b on p for each row when (new.b is distinct from old.b) execute function f();
create constraint trigger con after insert on p1 deferrable initially deferred for each row execute function f();
