create function f() returns trigger language plpgsql as 'begin return null; end';
create table r(id int);
create table t(a int, b int);
create constraint trigger c1 after insert or update of a on t from r deferrable initially deferred for each row when (new.a > 0) execute function f();
create trigger t1 before insert or delete on t for each row execute function f('x''y');
create trigger t2 after update on t referencing new table as n for each statement execute function f();
alter table t enable always trigger t2;
comment on trigger t1 on t is 'first';
