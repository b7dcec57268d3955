CREATE SCHEMA s;
CREATE DOMAIN small AS integer;
CREATE FUNCTION same(small, small) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'select $1::integer = $2::integer';
CREATE FUNCTION other(small, small) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'select $1::integer <> $2::integer';
CREATE OPERATOR = (FUNCTION = same, LEFTARG = small, RIGHTARG = small, COMMUTATOR = =, NEGATOR = <>);
CREATE OPERATOR <> (FUNCTION = other, LEFTARG = small, RIGHTARG = small, COMMUTATOR = <>, NEGATOR = =);
CREATE OPERATOR s.## (FUNCTION = same, LEFTARG = small, RIGHTARG = small, COMMUTATOR = OPERATOR(s.##));
