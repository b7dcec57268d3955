create role spec_reader;
create schema app;
alter default privileges grant select on tables to spec_reader;
alter default privileges in schema app grant usage on sequences to spec_reader;
