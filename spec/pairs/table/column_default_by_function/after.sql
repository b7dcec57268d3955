create function nextid(int) returns int language sql as 'select $1';
create table t(id int default nextid(5), x int default 0, y timestamp default clock_timestamp());
