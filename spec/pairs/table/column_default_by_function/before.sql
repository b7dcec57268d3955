create function nextid() returns int language sql as 'select 1';
create sequence sq;
create table t(id int default nextid(), x int default nextval('sq'), y timestamp default now());
