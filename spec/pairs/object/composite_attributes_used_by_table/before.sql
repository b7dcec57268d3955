create type address as (street text, city varchar(40));
create table customers (id int primary key, home address, others address[]);
create view homes as select id, home from customers;
create function city_of(a address) returns text language sql immutable as $$ select (a).city::text $$;
