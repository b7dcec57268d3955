create table p(a int, d date) partition by hash(a);
create table p1 partition of p(d not null) for values with (modulus 1, remainder 0);
