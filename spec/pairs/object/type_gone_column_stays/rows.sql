insert into t values (1, 'sad', 'x', '{ok,sad}');
