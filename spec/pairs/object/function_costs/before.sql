CREATE FUNCTION cheap(n integer) RETURNS boolean LANGUAGE plpgsql AS 'begin return n > 0; end';
