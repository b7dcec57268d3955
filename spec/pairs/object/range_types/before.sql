create type floatrange as range (subtype = float8);
create table t (r floatrange, rs floatmultirange);
