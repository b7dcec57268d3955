create table p(a int, b text default 'x' not null, c int) partition by hash(a);
create table p1 partition of p(b default 'own') for values with (modulus 1, remainder 0);
