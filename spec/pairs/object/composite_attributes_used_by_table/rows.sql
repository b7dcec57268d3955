insert into customers values (1, row('Main St', 'Bonn'), array[row('a', 'b')::address]);
