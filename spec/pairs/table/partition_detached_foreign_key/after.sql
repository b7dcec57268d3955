create table plain (a int primary key);
create table r (a int primary key) partition by list (a);
create table r1 partition of r for values in (1);
create table p (a int references r, b int references plain, k int) partition by list (k);
create table p1 (a int constraint p_a_fkey references r, b int constraint p_b_fkey references plain, k int);
create table p2 (a int constraint p_a_fkey references r on delete cascade, b int, k int) partition by list (a);
create table p21 partition of p2 for values in (1);
create table p3 (a int, b int, k int);
