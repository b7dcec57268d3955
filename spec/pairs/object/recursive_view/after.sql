create table node (id bigint primary key, parent bigint references node);
create view tree as with recursive r(id, depth) as (select id, 0 from node where parent is null union all select n.id, r.depth + 1 from node n join r on r.id = n.parent) select * from r;
