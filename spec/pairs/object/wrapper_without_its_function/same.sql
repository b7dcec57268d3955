select srvname, oid from pg_foreign_server union all select relname, oid from pg_class where relname = 'abroad'
