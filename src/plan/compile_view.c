/* Views and materialized views. */
#include "plan/write.h"

static bool column_defaults(struct pen *p, const struct rec *r)
{
    const struct val *v = rec_at(r, K_defaults);
    for (size_t i = 0; v->kind == VAL_MAP && i < v->map.n; i++) {
        put_form(p, r, "ALTER VIEW {schema.name} ALTER COLUMN ");
        put_ident(p, v->map.at[i].key);
        put(p, " SET DEFAULT ");
        put_value(p, &v->map.at[i].val);
        pen_end(p, 0);
    }
    return p->ok;
}

bool compile_create_view(struct pen *p, const struct rec *r)
{
    if (rec_bool(r, K_recursive) &&
        (!rec_has(r, K_columns) || rec_has(r, K_check_option)))
        return pen_fail(p, "a recursive view needs columns and takes no check_option");
    pen_stmt(p, r,
             "CREATE[or_replace: OR REPLACE][temporary: TEMPORARY][recursive: RECURSIVE] "
             "VIEW {schema.name}[columns: ({columns})][with: WITH ({with})] AS\n{query}"
             "[check_option:\nWITH {check_option} CHECK OPTION]");
    column_defaults(p, r);
    column_comments(p, r);
    return pen_comment(p, r, "VIEW {schema.name}");
}

FORM(drop_view, "DROP VIEW[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_view, "ALTER VIEW[if_exists: IF EXISTS] {schema.name} RENAME TO {new_name}")

static bool set_with(struct pen *p, const struct rec *r, const char *head)
{
    const struct val *with = rec_at(r, K_with);
    if (with->kind != VAL_MAP)
        return p->ok;
    struct pen side = *p;
    side.b = buf_in(p->a);
    put_form(&side, r, head);
    p->ok = side.ok;
    return pen_set(p, buf_done(&side.b), &with->map);
}

bool compile_alter_view(struct pen *p, const struct rec *r)
{
    return set_with(p, r, "ALTER VIEW {schema.name}");
}

bool compile_create_materialized_view(struct pen *p, const struct rec *r)
{
    const struct val *with_data = rec_at(r, K_with_data);
    struct list indexes = rec_list(r, K_indexes);
    put_form(p, r,
             "CREATE MATERIALIZED VIEW[if_not_exists: IF NOT EXISTS] {schema.name}"
             "[columns: ({columns})][using: USING {using}][with: WITH ({with})]"
             "[tablespace: TABLESPACE {tablespace}] AS\n{query}");
    if (with_data->kind == VAL_BOOL && !with_data->b)
        put(p, "\nWITH NO DATA");
    pen_end(p, 0);
    for (size_t i = 0; i < indexes.n; i++)
        compile_nested_index(p, rec_str(r, K_schema), rec_str(r, K_name),
                             indexes.at[i].rec);
    if (rec_has(r, K_cluster_on))
        pen_stmt(p, r, "ALTER MATERIALIZED VIEW {schema.name} CLUSTER ON {cluster_on}");
    column_comments(p, r);
    return pen_comment(p, r, "MATERIALIZED VIEW {schema.name}");
}

FORM(drop_materialized_view,
     "DROP MATERIALIZED VIEW[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_materialized_view,
     "ALTER MATERIALIZED VIEW[if_exists: IF EXISTS] {schema.name} RENAME TO {new_name}")

bool compile_alter_materialized_view(struct pen *p, const struct rec *r)
{
    set_with(p, r, "ALTER MATERIALIZED VIEW {schema.name}");
    if (rec_has(r, K_tablespace))
        pen_stmt(p, r,
                 "ALTER MATERIALIZED VIEW {schema.name} SET TABLESPACE {tablespace}");
    return p->ok;
}

bool compile_refresh_materialized_view(struct pen *p, const struct rec *r)
{
    const struct val *with_data = rec_at(r, K_with_data);
    put_form(p, r, "REFRESH MATERIALIZED VIEW[concurrently: CONCURRENTLY] {schema.name}");
    if (with_data->kind == VAL_BOOL && !with_data->b)
        put(p, " WITH NO DATA");
    return pen_end(p,
                   0); /* concurrently is about locks here, and runs in a transaction */
}

/* ---- how tables and indexes are stored: the same words ------------------------- */

bool compile_alter_table(struct pen *p, const struct rec *r)
{
    set_with(p, r, "ALTER TABLE {schema.name}");
    bool plain_method = rec_at(r, K_using)->kind == VAL_NULL;
    if (plain_method && p->c->server_version && p->c->server_version < 170000)
        return pen_fail(p, "SET ACCESS METHOD DEFAULT needs PostgreSQL 17: name the "
                           "access method, as using = \"heap\"");
    if (plain_method)
        pen_stmt(p, r, "ALTER TABLE {schema.name} SET ACCESS METHOD DEFAULT");
    else if (rec_has(r, K_using))
        pen_stmt(p, r, "ALTER TABLE {schema.name} SET ACCESS METHOD {using}");
    if (rec_has(r, K_tablespace))
        pen_stmt(p, r, "ALTER TABLE {schema.name} SET TABLESPACE {tablespace}");
    if (rec_has(r, K_unlogged))
        pen_stmt(p, r,
                 "ALTER TABLE {schema.name} SET "
                 "[unlogged:UNLOGGED][!unlogged:LOGGED]");
    if (rec_at(r, K_of_type)->kind == VAL_NULL)
        pen_stmt(p, r, "ALTER TABLE {schema.name} NOT OF");
    else if (rec_has(r, K_of_type))
        pen_stmt(p, r, "ALTER TABLE {schema.name} OF {of_type}");
    return p->ok;
}

bool compile_alter_index(struct pen *p, const struct rec *r)
{
    set_with(p, r, "ALTER INDEX {schema.name}");
    if (rec_has(r, K_tablespace))
        pen_stmt(p, r, "ALTER INDEX {schema.name} SET TABLESPACE {tablespace}");
    if (rec_has(r, K_statistics) != rec_has(r, K_key))
        return pen_fail(p, "statistics and key go together");
    if (rec_has(r, K_statistics))
        pen_stmt(
            p, r,
            "ALTER INDEX {schema.name} ALTER COLUMN {key} SET STATISTICS {statistics}");
    return p->ok;
}
