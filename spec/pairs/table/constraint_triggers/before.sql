create function f() returns trigger language plpgsql as 'begin return null; end';
create table r(id int);
create table t(a int, b int);
create constraint trigger c1 after insert on t deferrable for each row execute function f();
create trigger t1 before insert on t for each row execute function f('x', 'y');
create trigger t2 after update on t referencing old table as o new table as n for each statement execute function f();
alter table t disable trigger t1;
