-- What op.replace_enum runs, behind the declarations that compile_enum.c writes: old_name,
-- rename_old, create_new, drop_old, labels (the new ones), mapping (of those that go).
    old_oid constant oid := old_name::regtype;
    shown constant text := format_type(old_oid, NULL); -- as it stands in definitions
    array_oid constant oid := (SELECT typarray FROM pg_type WHERE oid = old_oid);
    was constant pg_type := (SELECT t FROM pg_type t WHERE oid = old_oid);
    comment constant text := obj_description(old_oid, 'pg_type');
    -- how a value goes over: CASE of one, array_replace(array_replace(… of an array
    cases constant text := (SELECT string_agg(format(' WHEN %L THEN %L', key, value), '')
                            FROM jsonb_each_text(mapping));
    opening constant text := (SELECT string_agg('array_replace(', '')
                           FROM jsonb_each_text(mapping));
    closing constant text := (SELECT string_agg(format(', %L, %L)', key, value), '')
                           FROM jsonb_each_text(mapping));
    gone constant text[] := ARRAY(
        SELECT enumlabel FROM pg_enum WHERE enumtypid = old_oid
            AND enumlabel <> ALL (labels) AND NOT mapping ? enumlabel);
    columns constant jsonb := (
        SELECT jsonb_agg(jsonb_build_object('tab', attrelid::regclass, 'col', attname,
                             'kind', relkind, 'plain', atttypid = old_oid,
                             'own', attinhcount = 0 AND relkind <> 'c')
                         ORDER BY attrelid, attnum)
        FROM pg_attribute JOIN pg_class r ON r.oid = attrelid
        WHERE relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
            AND atttypid IN (old_oid, array_oid));
    things jsonb;
    c record;
    x text;
    n bigint;
    example text;
    said text;
BEGIN
    -- Whatever is built on the type, what is built on that, and so on; level: how far up.
    -- A view stands for its rule _RETURN.
    WITH RECURSIVE used(class, obj, sub, level) AS (
        SELECT 'pg_type'::regclass::oid, unnest(ARRAY[old_oid, array_oid]), 0, 0
        UNION
        SELECT up.class, up.obj, up.sub, level + 1
        FROM used u JOIN pg_depend d ON refclassid = u.class AND refobjid = u.obj
                AND (u.sub = 0 OR refobjsubid = u.sub) AND deptype IN ('n', 'a', 'i')
            LEFT JOIN pg_rewrite w ON classid = 'pg_rewrite'::regclass AND w.oid = objid
                AND rulename = '_RETURN'
            LEFT JOIN pg_class v ON classid = 'pg_class'::regclass AND v.oid = objid
                AND v.relkind IN ('v', 'm')
            CROSS JOIN LATERAL (
                SELECT CASE WHEN w.oid IS NULL THEN d.classid
                           ELSE 'pg_class'::regclass::oid END AS class,
                       coalesce(w.ev_class, d.objid) AS obj,
                       CASE WHEN w.oid IS NULL AND v.oid IS NULL THEN d.objsubid
                           ELSE 0 END AS sub) up
        WHERE level < 100 AND (up.class, up.obj, up.sub) <> (u.class, u.obj, u.sub)
    ), needed AS (
        SELECT class, obj, sub, max(level) AS level FROM used WHERE level > 0
            AND NOT (class = 'pg_type'::regclass AND obj = array_oid)
        GROUP BY class, obj, sub
    ), built(class, obj, sub, level, rank, discard, creation) AS (
        SELECT class, obj, sub, level, 1,
               format('DROP %s %s',
                      CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
                      obj::regprocedure),
               ARRAY[pg_get_functiondef(obj)]
        FROM needed JOIN pg_proc ON oid = obj
        WHERE class = 'pg_proc'::regclass AND prokind <> 'a'
        UNION ALL
        SELECT class, obj, sub, level, 2,
               format('DROP %sVIEW %s', CASE relkind WHEN 'm' THEN 'MATERIALIZED ' END,
                      obj::regclass),
               ARRAY[format('CREATE %sVIEW %s%s%s AS %s%s',
                            CASE relkind WHEN 'm' THEN 'MATERIALIZED ' END, obj::regclass,
                            ' WITH (' || array_to_string(reloptions, ', ') || ')',
                            (SELECT format(' TABLESPACE %I', spcname) FROM pg_tablespace t
                             WHERE t.oid = reltablespace),
                            rtrim(pg_get_viewdef(obj), ';'),
                            CASE WHEN relkind = 'm' AND NOT relispopulated
                                THEN ' WITH NO DATA' END)]
        FROM needed JOIN pg_class r ON oid = obj
        WHERE class = 'pg_class'::regclass AND relkind IN ('v', 'm')
        UNION ALL -- of a table only what the server cannot build anew by itself
        SELECT class, obj, sub, level, 3, format('DROP INDEX %s', obj::regclass),
               ARRAY[pg_get_indexdef(obj),
                     CASE WHEN indisclustered THEN format('ALTER TABLE %s CLUSTER ON %I',
                         indrelid::regclass, (SELECT relname FROM pg_class WHERE oid = obj))
                     END]
        FROM needed JOIN pg_index ON indexrelid = obj
            JOIN pg_class r ON r.oid = indrelid JOIN pg_class i ON i.oid = indexrelid
        WHERE class = 'pg_class'::regclass AND NOT i.relispartition
            AND (indexprs IS NOT NULL OR indpred IS NOT NULL OR r.relkind = 'm')
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = obj
                                AND contype IN ('p', 'u', 'x'))
        UNION ALL
        -- the condition of an exclusion constraint is its index's
        SELECT 'pg_constraint'::regclass::oid, k.oid, 0, max(level), 4,
               format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
               ARRAY[format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass,
                            conname, pg_get_constraintdef(k.oid))]
        FROM needed JOIN pg_constraint k
            ON class = 'pg_constraint'::regclass AND k.oid = obj AND contype IN ('c', 'f')
            OR class = 'pg_class'::regclass AND conindid = obj AND contype = 'x'
        WHERE conrelid <> 0 AND conparentid = 0 AND coninhcount = 0
        GROUP BY k.oid, conrelid, conname
        UNION ALL
        SELECT class, obj, sub, level, 5,
               format('ALTER TABLE ONLY %s ALTER COLUMN %I DROP DEFAULT',
                      adrelid::regclass, attname),
               ARRAY[format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s',
                            adrelid::regclass, attname, pg_get_expr(adbin, adrelid))]
        FROM needed JOIN pg_attrdef d ON d.oid = obj
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
        WHERE class = 'pg_attrdef'::regclass AND attgenerated = ''
        UNION ALL
        SELECT class, obj, sub, level, 6,
               format('DROP POLICY %I ON %s', polname, polrelid::regclass),
               ARRAY[format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname,
                   polrelid::regclass,
                   CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                   CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                       WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                   (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC'
                                      ELSE role::regrole::text END, ', ')
                    FROM unnest(polroles) role),
                   ' USING (' || pg_get_expr(polqual, polrelid) || ')',
                   ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')]
        FROM needed JOIN pg_policy ON oid = obj WHERE class = 'pg_policy'::regclass
        UNION ALL
        SELECT class, obj, sub, level, 7,
               format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass),
               ARRAY[pg_get_triggerdef(obj),
                     'ALTER TABLE ' || tgrelid::regclass
                         || CASE tgenabled WHEN 'D' THEN ' DISABLE'
                             WHEN 'A' THEN ' ENABLE ALWAYS'
                             WHEN 'R' THEN ' ENABLE REPLICA' END
                         || ' TRIGGER ' || quote_ident(tgname)]
        FROM needed JOIN pg_trigger ON oid = obj
        WHERE class = 'pg_trigger'::regclass AND NOT tgisinternal AND tgparentid = 0
        UNION ALL
        SELECT class, obj, sub, level, 7,
               format('DROP RULE %I ON %s', rulename, ev_class::regclass),
               ARRAY[pg_get_ruledef(obj),
                     'ALTER TABLE ' || ev_class::regclass
                         || CASE ev_enabled WHEN 'D' THEN ' DISABLE'
                             WHEN 'A' THEN ' ENABLE ALWAYS'
                             WHEN 'R' THEN ' ENABLE REPLICA' END
                         || ' RULE ' || quote_ident(rulename)]
        FROM needed JOIN pg_rewrite ON oid = obj WHERE class = 'pg_rewrite'::regclass
        UNION ALL
        SELECT class, obj, sub, level, 7,
               'DROP STATISTICS ' || (pg_identify_object(class, obj, 0)).identity,
               ARRAY[pg_get_statisticsobjdef(obj),
                     'ALTER STATISTICS ' || (pg_identify_object(class, obj, 0)).identity
                         || ' SET STATISTICS '
                         || nullif(to_jsonb(s) ->> 'stxstattarget', '-1')]
        FROM needed JOIN pg_statistic_ext s ON s.oid = obj
            JOIN pg_class r ON r.oid = stxrelid
        WHERE class = 'pg_statistic_ext'::regclass
            AND (relkind = 'm' OR stxexprs IS NOT NULL)
    ), told AS ( -- with owner, privileges and comments, which a new object has not
        SELECT b.*, ARRAY(
                SELECT format('ALTER %s %s OWNER TO %s', kind, name, owner::regrole)
                WHERE owner IS NOT NULL
            ) || ARRAY(
                SELECT format('REVOKE ALL ON %s %s FROM PUBLIC, %s', grantable, name,
                              owner::regrole)
                WHERE acl IS NOT NULL
            ) || ARRAY(
                SELECT format('GRANT %s%s ON %s %s TO %s%s', privilege_type,
                              ' (' || quote_ident(attname) || ')', grantable, name,
                              CASE grantee WHEN 0 THEN 'PUBLIC'
                                  ELSE grantee::regrole::text END,
                              CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
                FROM (SELECT NULL AS attname, e.* FROM aclexplode(acl) e
                      UNION ALL
                      SELECT attname, e.* FROM pg_attribute, aclexplode(attacl) e
                      WHERE class = 'pg_class'::regclass AND attrelid = obj) g
            ) || ARRAY(
                SELECT format('COMMENT ON %s %s IS %L',
                              CASE i.type WHEN 'statistics object' THEN 'STATISTICS'
                                  WHEN 'table constraint' THEN 'CONSTRAINT'
                                  WHEN 'view column' THEN 'COLUMN'
                                  WHEN 'materialized view column' THEN 'COLUMN'
                                  ELSE upper(i.type) END,
                              i.identity, description)
                FROM pg_description d,
                     pg_identify_object(d.classoid, d.objoid, d.objsubid) i
                WHERE d.classoid = class AND d.objoid = obj) AS manner
        FROM built b CROSS JOIN LATERAL (
            SELECT CASE type WHEN 'statistics object' THEN 'STATISTICS'
                       ELSE upper(type) END AS kind,
                   CASE WHEN class = 'pg_class'::regclass THEN 'TABLE'
                       ELSE upper(type) END AS grantable,
                   identity AS name
            FROM pg_identify_object(class, obj, 0)) i
            LEFT JOIN LATERAL (
            SELECT relowner AS owner, relacl AS acl FROM pg_class
            WHERE class = 'pg_class'::regclass AND oid = obj AND relkind IN ('v', 'm')
            UNION ALL SELECT proowner, proacl FROM pg_proc
            WHERE class = 'pg_proc'::regclass AND oid = obj
            UNION ALL SELECT stxowner, NULL FROM pg_statistic_ext
            WHERE class = 'pg_statistic_ext'::regclass AND oid = obj) o ON true
    )
    SELECT (SELECT jsonb_agg(to_jsonb(told)) FROM told),
           (SELECT string_agg(pg_describe_object(class, obj, sub), ', ')
            FROM needed
            WHERE class IN ('pg_cast'::regclass, 'pg_operator'::regclass,
                            'pg_opclass'::regclass, 'pg_opfamily'::regclass,
                            'pg_transform'::regclass)
                OR class = 'pg_type'::regclass AND EXISTS (
                    SELECT FROM pg_type WHERE oid = obj AND typtype IN ('d', 'r'))
                OR class = 'pg_proc'::regclass AND EXISTS (
                    SELECT FROM pg_proc WHERE oid = obj AND prokind = 'a')
                OR class = 'pg_attrdef'::regclass AND EXISTS (
                    SELECT FROM pg_attrdef d JOIN pg_attribute ON attrelid = adrelid
                        AND attnum = adnum WHERE d.oid = obj AND attgenerated <> ''))
    INTO things, x;
    IF x IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist',
            MESSAGE = format('type %s is used by what cannot be built anew: %s', shown, x),
            HINT = 'drop it before op.replace_enum, and create it again after';
    END IF;
    FOR c IN SELECT * FROM jsonb_to_recordset(columns)
            AS y(tab text, col text, kind text, plain boolean, own boolean)
            WHERE own AND kind <> 'f' AND gone <> '{}' LOOP
        EXECUTE format('SELECT count(*), min(v) FROM (SELECT %s AS v FROM %s) q '
                       'WHERE v = ANY ($1)',
                       format(CASE WHEN c.plain THEN '%I::text' ELSE 'unnest(%I::text[])' END,
                              c.col), c.tab)
            INTO n, example USING gone;
        IF n > 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_text_representation',
                MESSAGE = format('%s rows of %s hold a value that type %s loses: %I = %L',
                                 n, c.tab, shown, c.col, example),
                HINT = 'say what it becomes: mapping = { ["' || example || '"] = "…" }';
        END IF;
    END LOOP;
    FOR x IN SELECT y.discard FROM jsonb_to_recordset(things)
            AS y(level integer, rank integer, discard text)
            ORDER BY level DESC, rank DESC LOOP
        EXECUTE x;
    END LOOP;
    EXECUTE rename_old;
    EXECUTE create_new;
    FOR c IN SELECT * FROM jsonb_to_recordset(columns)
            AS y(tab text, col text, kind text, plain boolean, own boolean) LOOP
        x := format('%I TYPE %s%s', c.col, old_name,
                    CASE WHEN NOT c.plain THEN '[]' END);
        IF c.kind = 'c' THEN
            EXECUTE format('ALTER TYPE %s ALTER ATTRIBUTE %s', c.tab, x);
        ELSIF c.own AND c.kind = 'f' THEN
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %s', c.tab, x);
        ELSIF c.own THEN
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %s USING ', c.tab, x)
                || CASE WHEN NOT c.plain
                       THEN format('%s%I::text[]%s::%s[]', opening, c.col, closing,
                                   old_name)
                   WHEN cases <> '' THEN format('CASE %I::text%s ELSE %I::text END::%s',
                                                c.col, cases, c.col, old_name)
                   ELSE format('%I::text::%s', c.col, old_name) END;
        END IF;
    END LOOP;
    FOR c IN SELECT * FROM jsonb_to_recordset(things)
            AS y(level integer, rank integer, creation text[], manner text[])
            ORDER BY level, rank LOOP
        FOREACH x IN ARRAY c.creation LOOP
            CONTINUE WHEN x IS NULL;
            FOR example, said IN SELECT * FROM jsonb_each_text(mapping) LOOP
                x := replace(x, quote_literal(example) || '::' || shown,
                             quote_nullable(said) || '::' || shown);
            END LOOP;
            EXECUTE x;
        END LOOP;
        FOREACH x IN ARRAY c.manner LOOP
            EXECUTE x;
        END LOOP;
    END LOOP;
    EXECUTE drop_old;
    EXECUTE format('ALTER TYPE %s OWNER TO %s', old_name, was.typowner::regrole);
    IF was.typacl IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON TYPE %s FROM PUBLIC, %s', old_name,
                       was.typowner::regrole);
        FOR c IN SELECT * FROM aclexplode(was.typacl) LOOP
            EXECUTE format('GRANT USAGE ON TYPE %s TO %s%s', old_name,
                           CASE c.grantee WHEN 0 THEN 'PUBLIC'
                               ELSE c.grantee::regrole::text END,
                           CASE WHEN c.is_grantable THEN ' WITH GRANT OPTION' END);
        END LOOP;
    END IF;
    IF comment IS NOT NULL THEN
        EXECUTE format('COMMENT ON TYPE %s IS %L', old_name, comment);
    END IF;
END
