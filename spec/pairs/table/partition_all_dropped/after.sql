create table other(x int);
