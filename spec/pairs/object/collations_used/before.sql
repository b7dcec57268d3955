create collation nice (provider = icu, locale = 'de-DE');
create table t (a text collate nice, b text collate "C");
create index t_a on t (a);
