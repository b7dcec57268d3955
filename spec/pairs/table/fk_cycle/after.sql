create table c(id int primary key, d int);
create table d(id int primary key, c int references c);
alter table c add constraint cd foreign key (d) references d;
create table self(id int primary key, up int references self on delete cascade, other int references c);
