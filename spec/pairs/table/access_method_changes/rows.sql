insert into to_other values (1, 'a'), (2, 'b'); -- from 15
insert into to_new values (1, 'a'), (2, 'b'); -- from 15
insert into to_default values (1), (2); -- from 15
insert into off_dropped values (1), (2); -- from 15
insert into parts values (1), (2); -- from 17
insert into parts_2 values (1), (2); -- from 17
