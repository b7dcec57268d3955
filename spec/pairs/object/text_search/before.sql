create text search dictionary d1 (template = simple, stopwords = 'english');
create text search configuration c1 (parser = default);
alter text search configuration c1 add mapping for asciiword with d1;
create table t (a text, v tsvector generated always as (to_tsvector('c1', a)) stored);
create index t_v on t using gin (v);
