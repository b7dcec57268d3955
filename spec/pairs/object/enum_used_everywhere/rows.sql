insert into people values (1, 'glad', '{sad,ok}', 'ok'), (2, 'sad', null, null);
