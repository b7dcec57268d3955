create function float_gap(a float8, b float8) returns float8 language sql immutable as $$ select a - b $$;
create type floatrange as range (subtype = float8, subtype_diff = float_gap);
create type textrange as range (subtype = text, collation = "C", multirange_type_name = textranges);
create table t (r floatrange, rs floatmultirange);
create table u (r textrange, rs textranges);
comment on type textrange is 'from to';
