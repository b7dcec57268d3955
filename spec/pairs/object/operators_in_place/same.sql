select oprname, oid from pg_operator where oid >= 16384
union all select opfname, oid from pg_opfamily where oid >= 16384
union all select relname, pg_relation_filenode(oid) from pg_class where oid >= 16384 and relname in ('people', 'ix_people')
union all select relname, oid from pg_class where relname = 'same_as' order by 1, 2
