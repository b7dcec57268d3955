create collation nice (provider = icu, locale = 'de-AT', deterministic = false);
create table t (a text collate nice, b text collate nice);
create index t_a on t (a collate "C");
create domain dom as text collate nice;
