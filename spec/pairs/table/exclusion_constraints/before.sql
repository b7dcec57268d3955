create extension btree_gist;
create table t(room int, during tsrange, active bool, constraint ex exclude using gist (room with =, during with &&));
