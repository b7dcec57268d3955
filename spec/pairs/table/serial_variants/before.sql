create table t(a serial, b bigserial, c smallserial, d int);
