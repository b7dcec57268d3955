CREATE FUNCTION cheap(n integer) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS 'begin return n > 0; end';
CREATE FUNCTION dear(n integer) RETURNS SETOF integer LANGUAGE sql COST 2.5 ROWS 12.75 AS 'select 1';
