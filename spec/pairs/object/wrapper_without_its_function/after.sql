create foreign data wrapper w validator postgresql_fdw_validator;
create server far foreign data wrapper w;
create foreign table abroad (id int) server far;
