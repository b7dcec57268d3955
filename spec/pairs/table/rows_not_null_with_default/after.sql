create table t(a int not null default 3, b text default 'x', c int not null default 7, d text not null default 'q');
