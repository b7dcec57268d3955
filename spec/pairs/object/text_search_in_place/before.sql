create text search dictionary goes (template = simple);
create text search dictionary stays (template = simple, stopwords = english);
create text search configuration words (copy = english);
alter text search configuration words alter mapping for word, hword with goes, english_stem;
create text search configuration few (parser = default);
alter text search configuration few add mapping for asciiword, email, url with simple;
create table docs (id int primary key, body text,
  found tsvector generated always as (to_tsvector('words', body)) stored, note text);
create index ix_docs_found on docs using gin (found);
create index ix_docs_few on docs using gin (to_tsvector('few', body));
create view found as select id, found from docs;
