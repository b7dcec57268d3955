select relname, pg_relation_filenode(oid) from pg_class where relname in ('docs', 'ix_docs_found', 'ix_docs_few')
union all select cfgname, oid from pg_ts_config where oid >= 16384
union all select relname, oid from pg_class where relname = 'found' order by 1, 2
