create table t(a bigint, b int, c text);
create statistics s1 on a, b from t;
create statistics s2 (dependencies, mcv) on a, c from t;
create statistics s3 on (a * b), c from t;
alter statistics s2 set statistics 0;
comment on statistics s1 is 'pair';
