create table t(id int generated always as identity (sequence name s1), b int);
