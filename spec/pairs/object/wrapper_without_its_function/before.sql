create function old_check(text[], oid) returns void language internal as 'postgresql_fdw_validator';
create foreign data wrapper w validator old_check;
create server far foreign data wrapper w;
create foreign table abroad (id int) server far;
