create trusted language lang handler plpgsql_call_handler inline plpgsql_inline_handler;
create default conversion conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create text search template tpl (init = dsimple_init, lexize = dsimple_lexize);
create operator family fam using hash;
comment on operator family fam using hash is 'other';
create text search dictionary d (template = tpl);
create text search configuration cfg (copy = english);
alter text search configuration cfg alter mapping for word with d, simple;
