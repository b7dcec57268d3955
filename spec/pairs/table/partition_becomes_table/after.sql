create table p(a int, b text default 'x' check (b <> ''), primary key (a)) partition by list(a);
create table r(id int primary key);
alter table p add foreign key (a) references r;
create table p1(a int primary key, b text default 'x' check (b <> ''));
create table p2 partition of p for values in (2);
create index on p(b);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger t before insert on p for each row execute function f();
