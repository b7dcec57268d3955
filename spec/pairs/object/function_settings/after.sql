CREATE FUNCTION f() RETURNS integer LANGUAGE sql SET search_path = '' AS 'select 1';
CREATE FUNCTION g() RETURNS integer LANGUAGE sql SET search_path = public, "Foo", '', 'a"b' SET work_mem = '10MB' SET datestyle = 'iso, mdy' SET timezone='Europe/Paris' AS 'select 1';
CREATE FUNCTION h() RETURNS integer LANGUAGE sql SET search_path = "$user", public SET temp_tablespaces = '' AS 'select 1';
