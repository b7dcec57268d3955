CREATE TABLE t (a integer, b integer[]) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
CREATE INDEX i ON t USING gin (b) WITH (gin_pending_list_limit = 4096, fastupdate = off);
CREATE VIEW v WITH (security_invoker = true, check_option = local, security_barrier = true) AS SELECT a FROM t; -- from 15
