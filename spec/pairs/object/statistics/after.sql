create table t (a int, b int, c text);
create statistics st (dependencies, mcv) on a, b from t;
alter statistics st set statistics 200;
create statistics ex on (a + b), (lower(c)), c from t;
create statistics one on (a % 10) from t;
