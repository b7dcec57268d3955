insert into t(x) select 5 from generate_series(1, 10);
