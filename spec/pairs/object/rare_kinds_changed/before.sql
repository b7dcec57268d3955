create function a() returns int language sql as 'select 1';
create language lang handler plpgsql_call_handler;
create conversion conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create text search template tpl (lexize = dsimple_lexize);
create operator family fam using btree;
create text search configuration cfg (copy = simple);
