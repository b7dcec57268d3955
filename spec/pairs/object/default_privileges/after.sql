create role spec_reader;
create schema app;
alter default privileges grant select, insert on tables to spec_reader with grant option;
alter default privileges revoke execute on functions from public;
alter default privileges in schema app grant execute on functions to spec_reader;
alter default privileges grant usage on schemas to spec_reader;
alter default privileges revoke usage on types from public;
