create table t (a int, b int, c text);
create statistics st on a, b from t;
create statistics gone (ndistinct) on b, c from t;
