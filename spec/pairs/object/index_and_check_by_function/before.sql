create function norm(a text) returns text language sql immutable as $$ select lower(a) $$;
create table t (id int primary key, a text, constraint c check (norm(a) <> ''), exclude using btree (norm(a) with =));
create unique index t_norm on t (norm(a)) where norm(a) is not null;
create table p (a text) partition by list (a);
create statistics st on (norm(a)), id from t;
