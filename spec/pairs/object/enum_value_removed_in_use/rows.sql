insert into t values (1, 'open', '{new}'), (2, 'new', null);
