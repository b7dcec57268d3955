create text search dictionary d1 (template = simple, stopwords = 'english', accept = false);
create text search dictionary d2 (template = snowball, language = german);
create text search configuration c1 (parser = default);
alter text search configuration c1 add mapping for asciiword, word with d1, simple;
alter text search configuration c1 add mapping for numword with d2;
create table t (a text, v tsvector generated always as (to_tsvector('c1', a)) stored);
create index t_v on t using gin (v);
