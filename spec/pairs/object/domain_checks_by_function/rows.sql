insert into allowed values ('x'); insert into t values (1, 'x', '{x}');
