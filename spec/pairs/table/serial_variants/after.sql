create table t(a bigserial, b int, c int not null, d serial);
