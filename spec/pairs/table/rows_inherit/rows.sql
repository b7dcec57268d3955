insert into kid values (1, 'x', 3);
insert into base values (2, 'y');
