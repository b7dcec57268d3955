create table t(a int, b int, c text, d int);
create statistics s1 on a, b from t;
create statistics s2 (ndistinct) on a, c from t;
create statistics s3 on (a + b), c from t;
alter statistics s1 set statistics 50;
