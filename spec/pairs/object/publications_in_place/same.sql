select pubname, oid from pg_publication order by 1
