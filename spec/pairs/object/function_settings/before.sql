CREATE FUNCTION f() RETURNS integer LANGUAGE sql SET search_path = public, pg_temp AS 'select 1';
