create table base(a int);
create table kid(b text, c int) inherits (base);
