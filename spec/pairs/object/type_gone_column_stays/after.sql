create table t (id int primary key, m text not null default 'ok', c varchar(5), ms text[]);
create index t_m on t (m);
