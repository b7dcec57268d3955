CREATE TABLE t (a integer, b integer, c integer, PRIMARY KEY (a, b));
ALTER TABLE t ADD CONSTRAINT t_once UNIQUE (a, b);
ALTER TABLE t ADD CONSTRAINT t_twice UNIQUE (c);
ALTER TABLE t ADD CONSTRAINT t_thrice UNIQUE (c) INCLUDE (a);
