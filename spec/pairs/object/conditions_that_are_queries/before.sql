CREATE TABLE t (id integer, level integer);
