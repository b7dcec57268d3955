create type inner_ as (a bigint);
create type outer_ as (i inner_, n int);
create domain d as bigint check (value > 0);
create type with_d as (x d);
create type r as range (subtype = int8);
create table t (id int primary key, o outer_, os outer_[], w with_d, rr r, d d);
create function use_o(outer_) returns int language sql as 'select 1';
