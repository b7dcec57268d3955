create extension pg_trgm;
create table t(a int, b text, c text[], d jsonb, e point, f int);
create index i1 on t(a);
create index i2 on t(b text_pattern_ops);
create index i3 on t using gin (c);
create index i4 on t(a desc nulls last, f nulls first);
create unique index i5 on t(a) where f is not null;
create index i6 on t(lower(b), (a + 1));
create index i7 on t using brin (a) with (pages_per_range = 16);
create index i8 on t(a) include (b);
create unique index i9 on t(f) nulls not distinct; -- from 15
