-- What a database holds, one object a line, told by the server's own functions: stands in
-- for pg_dump where that is older than the server. Knows nothing of Moonshift's readers.
with own as (
  select oid, nspname from pg_namespace
   where nspname !~ '^pg_' and nspname <> 'information_schema'
), member as (
  select classid, objid from pg_depend where deptype = 'e'
), rel as (
  select c.*, n.nspname, c.oid::regclass::text as name
    from pg_class c join own n on n.oid = c.relnamespace
   where (c.oid, 'pg_class'::regclass) not in (select objid, classid from member)
     and c.relname !~ '^moonshift_'
), line (kind, name, text) as (
  select 'schema', n.nspname, concat_ws(' ', n.nspowner::regrole,
         array(select a::text from unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) a order by 1)::text,
         obj_description(n.oid, 'pg_namespace'))
    from own join pg_namespace n using (oid) where n.nspname <> 'public'
  union all
  select 'extension', extname, extnamespace::regnamespace::text from pg_extension -- pg_dump knows no version
  union all
  select 'relation', name, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity,
         relreplident, array_remove(array_remove(reloptions, 'check_option=local'), 'check_option=cascaded')::text,
         -- pg_dump, too, has this one apart from the others, whose order it keeps
         (select o from unnest(reloptions) o where o like 'check_option=%'), relowner::regrole, array(select a::text from unnest(coalesce(relacl,
         acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) a order by 1)::text,
         case when relkind <> 'i' then (select amname from pg_am where oid = relam) end,
         (select spcname from pg_tablespace where oid = reltablespace),
         relispartition, pg_get_expr(relpartbound, oid),
         case when relkind = 'p' then pg_get_partkeydef(oid) end,
         case when relkind in ('v', 'm') then pg_get_viewdef(oid) end,
         (select string_agg(inhparent::regclass::text, ',' order by inhseqno) from pg_inherits where inhrelid = rel.oid),
         obj_description(oid, 'pg_class'))
    from rel where relkind not in ('i', 'I', 't')
  union all
  select 'column', name || ' ' || lpad(row_number() over (partition by rel.oid order by attnum)::text, 4, '0'),
         concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
         attstorage, attcompression, nullif(attstattarget, -1), nullif(attcollation, typcollation)::regcollation,
         attislocal, attinhcount, nullif(attacl::text, '{}'), attoptions::text, pg_get_expr(adbin, adrelid),
         col_description(rel.oid, attnum))
    from rel
    join pg_attribute a on attrelid = rel.oid and attnum > 0 and not attisdropped
    join pg_type t on t.oid = atttypid
    left join pg_attrdef d on adrelid = rel.oid and adnum = attnum
   where relkind in ('r', 'p', 'v', 'm', 'f', 'c')
  union all
  select 'constraint', coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text) || ' ' || conname,
         concat_ws(' ', contype, convalidated, condeferrable, condeferred, coninhcount, conislocal,
         pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint'))
    from pg_constraint k join own n on n.oid = connamespace
   where (conrelid = 0 or conrelid in (select oid from rel))
     -- Others are the parent's, but for whether the rows of a partition were checked.
     and (conislocal or contype <> 'c' or exists (
            select from pg_inherits join pg_constraint up on up.conrelid = inhparent
             where inhrelid = k.conrelid and up.conname = k.conname and up.convalidated <> k.convalidated
               and (select relispartition from pg_class where oid = k.conrelid)))
     and contype <> 'n' -- rows of their own since 18; their names are not compared
  union all
  select 'index', indexrelid::regclass::text, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid,
         indisclustered, indisreplident, indisprimary, obj_description(indexrelid, 'pg_class'))
    from pg_index where indrelid in (select oid from rel)
  union all
  select 'sequence', name, concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle,
         (select refobjid::regclass || '.' || (select attname from pg_attribute
                   where attrelid = refobjid and attnum = refobjsubid) from pg_depend
           where classid = 'pg_class'::regclass and objid = rel.oid and deptype in ('a', 'i')))
    from rel join pg_sequence on seqrelid = rel.oid
  union all
  select 'trigger', tgrelid::regclass || ' ' || tgname, concat_ws(' ', tgenabled, pg_get_triggerdef(t.oid),
         obj_description(t.oid, 'pg_trigger'))
    from pg_trigger t where not tgisinternal and tgrelid in (select oid from rel)
  union all
  select 'rule', ev_class::regclass || ' ' || rulename, concat_ws(' ', ev_enabled, pg_get_ruledef(r.oid))
    from pg_rewrite r where ev_class in (select oid from rel where relkind not in ('v', 'm'))
  union all
  select 'policy', polrelid::regclass || ' ' || polname, concat_ws(' ', polcmd, polpermissive,
         (select string_agg(r::regrole::text, ',' order by 1) from unnest(polroles) r),
         pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(p.oid, 'pg_policy'))
    from pg_policy p where polrelid in (select oid from rel)
  union all
  select 'function', p.oid::regprocedure::text, concat_ws(' ', prokind, proowner::regrole,
         array(select a::text from unnest(coalesce(proacl, acldefault('f', proowner))) a order by 1)::text,
         case when prokind <> 'a' then pg_get_functiondef(p.oid)
              else (select concat_ws(' ', aggtransfn, aggfinalfn, aggtranstype::regtype, agginitval)
                      from pg_aggregate where aggfnoid = p.oid) end,
         obj_description(p.oid, 'pg_proc'))
    from pg_proc p join own n on n.oid = pronamespace
   where (p.oid, 'pg_proc'::regclass) not in (select objid, classid from member)
  union all
  select 'type', t.oid::regtype::text, concat_ws(' ', typtype, typcategory, typnotnull, typdefault,
         case when typbasetype <> 0 then format_type(typbasetype, typtypmod) end, typowner::regrole,
         array(select a::text from unnest(coalesce(typacl, acldefault('T', typowner))) a order by 1)::text,
         (select string_agg(enumlabel, ',' order by enumsortorder) from pg_enum where enumtypid = t.oid),
         (select concat_ws(' ', rngsubtype::regtype, rngsubdiff) from pg_range where rngtypid = t.oid),
         obj_description(t.oid, 'pg_type'))
    from pg_type t join own n on n.oid = typnamespace
   where typtype in ('e', 'd', 'r', 'b', 'c') and typelem = 0
     and not exists (select from pg_class c where c.oid = typrelid and relkind <> 'c')
     and (t.oid, 'pg_type'::regclass) not in (select objid, classid from member)
  union all
  select 'statistics', stxname, concat_ws(' ', pg_get_statisticsobjdef(s.oid), to_jsonb(s)->>'stxstattarget')
    from pg_statistic_ext s join own n on n.oid = stxnamespace
  union all
  select 'operator', o.oid::regoperator::text, concat_ws(' ', oprcode, oprcom::regoperator, oprnegate::regoperator,
         oprrest, oprjoin, oprcanmerge, oprcanhash, obj_description(o.oid, 'pg_operator'))
    from pg_operator o join own n on n.oid = oprnamespace
   where oprcode <> 0 and (o.oid, 'pg_operator'::regclass) not in (select objid, classid from member)
  union all
  select 'default privileges', concat_ws(' ', defaclrole::regrole, nullif(defaclnamespace, 0)::regnamespace, defaclobjtype),
         array(select a::text from unnest(defaclacl) a order by 1)::text
    from pg_default_acl
  union all
  select 'collation', c.oid::regcollation::text, (to_jsonb(c) - '{oid,collnamespace,collversion}'::text[])::text
    from pg_collation c join own n on n.oid = collnamespace
   where (c.oid, 'pg_collation'::regclass) not in (select objid, classid from member)
  union all
  select 'publication', pubname, concat_ws(' ', (to_jsonb(p) - 'oid')::text,
         array(select concat_ws(' ', prrelid::regclass, pg_get_expr(prqual, prrelid), array(
                        select attname from unnest(prattrs) k join pg_attribute on attrelid = prrelid and attnum = k order by 1)::text)
                 from pg_publication_rel where prpubid = p.oid order by 1)::text,
         array(select pnnspid::regnamespace::text from pg_publication_namespace where pnpubid = p.oid order by 1)::text)
    from pg_publication p
  union all
  select 'foreign server', srvname, (to_jsonb(s) - '{oid,srvfdw}'::text[])::text || fdwname
    from pg_foreign_server s join pg_foreign_data_wrapper f on f.oid = srvfdw
  union all
  select 'user mapping', concat_ws(' ', usename, srvname), umoptions::text from pg_user_mappings
  union all
  select 'mapping', concat_ws(' ', mapcfg::regconfig, maptokentype), string_agg(mapdict::regdictionary::text, ', ' order by mapseqno)
    from pg_ts_config_map where mapcfg >= 16384 group by mapcfg, maptokentype
  union all
  select 'object', concat_ws(' ', type, identity), null
    from (select classid::regclass, objid, (pg_identify_object(classid, objid, 0)).* from (
      select 'pg_cast'::regclass as classid, oid as objid from pg_cast where oid >= 16384
      union all select 'pg_collation'::regclass, oid from pg_collation where oid >= 16384
      union all select 'pg_conversion'::regclass, oid from pg_conversion where oid >= 16384
      union all select 'pg_language'::regclass, oid from pg_language where oid >= 16384
      union all select 'pg_transform'::regclass, oid from pg_transform
      union all select 'pg_opclass'::regclass, oid from pg_opclass where oid >= 16384
      union all select 'pg_opfamily'::regclass, oid from pg_opfamily where oid >= 16384
      union all select 'pg_am'::regclass, oid from pg_am where oid >= 16384
      union all select 'pg_event_trigger'::regclass, oid from pg_event_trigger
      union all select 'pg_publication'::regclass, oid from pg_publication
      union all select 'pg_foreign_data_wrapper'::regclass, oid from pg_foreign_data_wrapper
      union all select 'pg_foreign_server'::regclass, oid from pg_foreign_server
      union all select 'pg_ts_config'::regclass, oid from pg_ts_config where oid >= 16384
      union all select 'pg_ts_dict'::regclass, oid from pg_ts_dict where oid >= 16384
      union all select 'pg_ts_parser'::regclass, oid from pg_ts_parser where oid >= 16384
      union all select 'pg_ts_template'::regclass, oid from pg_ts_template where oid >= 16384
    ) as others) as others
)
select told from (select kind || ' ' || name || ': ' || coalesce(text, '') from line) as lines (told)
 order by told collate "C"
