insert into docs values (1, 'some words', default, 'x');
