/* Constraints, inside CREATE TABLE and on their own. The nested shapes and the operations
 * share their keys, so one form serves both. */
#include "plan/write.h"

#define INDEX_PARAMETERS                                                                 \
    "[include: INCLUDE ({include})][with: WITH ({with})]"                                \
    "[tablespace: USING INDEX TABLESPACE {tablespace}]"
#define WHEN_CHECKED "[deferrable: DEFERRABLE][initially: INITIALLY {initially}]"

#define KEY_COLUMNS " ({columns}[without_overlaps: WITHOUT OVERLAPS])"
#define ENFORCED "[not_enforced: NOT ENFORCED]"

void put_constraint_primary_key(struct pen *p, const struct rec *r)
{
    needs_version(p, r, K_without_overlaps, 180000);
    put_form(
        p, r,
        "[name:CONSTRAINT {name} ]PRIMARY KEY" KEY_COLUMNS INDEX_PARAMETERS WHEN_CHECKED);
}

void put_constraint_unique(struct pen *p, const struct rec *r)
{
    needs_version(p, r, K_nulls_not_distinct, 150000);
    needs_version(p, r, K_without_overlaps, 180000);
    put_form(
        p, r,
        "[name:CONSTRAINT {name} ]UNIQUE[nulls_not_distinct: NULLS NOT DISTINCT]" KEY_COLUMNS
            INDEX_PARAMETERS WHEN_CHECKED);
}

void put_constraint_check(struct pen *p, const struct rec *r)
{
    needs_version(p, r, K_not_enforced, 180000);
    put_form(
        p, r,
        "[name:CONSTRAINT {name} ]CHECK ({condition})[no_inherit: NO INHERIT]" ENFORCED);
}

/* (a, PERIOD b) */
static void put_period_columns(struct pen *p, struct list columns)
{
    put(p, "(");
    for (size_t i = 0; i < columns.n; i++) {
        put(p, i ? ", " : "");
        put(p, i + 1 == columns.n ? "PERIOD " : "");
        put_ident(p, columns.at[i].s);
    }
    put(p, ")");
}

/* Actions are refused by the server, which knows none for periods yet. */
static void put_period_key(struct pen *p, const struct rec *r)
{
    put_form(p, r, "[name:CONSTRAINT {name} ]FOREIGN KEY ");
    put_period_columns(p, rec_list(r, K_columns));
    put_form(p, r, " REFERENCES {referent_schema.referent_table}");
    if (rec_has(r, K_referent_columns)) {
        put(p, " ");
        put_period_columns(p, rec_list(r, K_referent_columns));
    }
    put_form(p, r,
             "[match: MATCH {match}][on_delete: ON DELETE {on_delete}]"
             "[on_update: ON UPDATE {on_update}]" WHEN_CHECKED ENFORCED);
}

void put_constraint_foreign_key(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_on_delete_columns) &&
        !str_starts(rec_str(r, K_on_delete), STR("set ")))
        pen_fail(p,
                 "on_delete_columns needs on_delete = \"set null\" or \"set default\"");
    needs_version(p, r, K_not_enforced, 180000);
    needs_version(p, r, K_period, 180000);
    if (rec_bool(r, K_period)) {
        put_period_key(p, r);
        return;
    }
    put_form(
        p, r,
        "[name:CONSTRAINT {name} ]FOREIGN KEY ({columns}) "
        "REFERENCES {referent_schema.referent_table}"
        "[referent_columns: ({referent_columns})][match: MATCH {match}]"
        "[on_delete: ON DELETE {on_delete}[on_delete_columns: ({on_delete_columns})]]"
        "[on_update: ON UPDATE {on_update}]" WHEN_CHECKED ENFORCED);
}

void put_keys(struct pen *p, struct list keys)
{
    bool first = true;
    if (keys.n == 0)
        pen_fail(p, "there are no columns");
    for (size_t i = 0; i < keys.n; i++) {
        const struct rec *k = keys.at[i].rec;
        buf_sep(&p->b, &first, ", ");
        if (rec_has(k, K_name) == rec_has(k, K_expr))
            pen_fail(p, "key %zu needs either a column or expr", i + 1);
        put_form(p, k, "[name:{name}][expr:({expr})]");
        if (rec_has(k, K_collate)) {
            put(p, " COLLATE ");
            put_collation(p, rec_str(k, K_collate));
        }
        put_form(p, k, "[opclass: {opclass}][order: {order}][nulls: NULLS {nulls}]");
        if (k->shape == &shape_exclude_key)
            put_form(p, k, " WITH {operator}");
    }
}

void put_constraint_exclude(struct pen *p, const struct rec *r)
{
    put_form(p, r,
             "[name:CONSTRAINT {name} ]EXCLUDE USING [using:{using}][!using:gist] (");
    put_keys(p, rec_list(r, K_elements));
    put_form(p, r, ")" INDEX_PARAMETERS "[where: WHERE ({where})]" WHEN_CHECKED);
}

/* COMMENT ON CONSTRAINT needs a name: PostgreSQL's choice could be taken already. */
bool constraint_comment(struct pen *p, const struct rec *r, str schema, str table)
{
    if (!rec_has(r, K_comment))
        return p->ok;
    if (!rec_has(r, K_name))
        return pen_fail(p, "a comment on a constraint needs the constraint's name");
    put_form(p, r, "COMMENT ON CONSTRAINT {name} ON ");
    put_name(p, schema, table);
    put_form(p, r, " IS {comment}");
    return pen_end(p, 0);
}

static bool add_constraint(struct pen *p, const struct rec *r, put_constraint_fn *write,
                           const char *ending)
{
    put_form(p, r, "ALTER TABLE[only: ONLY] {schema.table} ADD ");
    write(p, r);
    put_form(p, r, ending);
    pen_end(p, 0);
    return constraint_comment(p, r, rec_str(r, K_schema), rec_str(r, K_table));
}

static bool add_from_index(struct pen *p, const struct rec *r, const char *kind)
{
    if (rec_has(r, K_columns))
        return pen_fail(p, "using_index brings the columns: give nil for them");
    if (rec_bool(r, K_only))
        return pen_fail(p, "using_index and only exclude each other");
    put_form(p, r,
             "ALTER TABLE[only: ONLY] {schema.table} ADD [name:CONSTRAINT {name} ]");
    put(p, kind);
    put_form(p, r, " USING INDEX {using_index}" WHEN_CHECKED);
    pen_end(p, 0);
    return constraint_comment(p, r, rec_str(r, K_schema), rec_str(r, K_table));
}

bool compile_create_primary_key(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_using_index))
        return add_from_index(p, r, "PRIMARY KEY");
    if (!rec_has(r, K_columns))
        return pen_fail(p, "columns are missing");
    return add_constraint(p, r, put_constraint_primary_key, "");
}

bool compile_create_unique_constraint(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_using_index))
        return add_from_index(p, r, "UNIQUE");
    if (!rec_has(r, K_columns))
        return pen_fail(p, "columns are missing");
    return add_constraint(p, r, put_constraint_unique, "");
}

bool compile_create_foreign_key(struct pen *p, const struct rec *r)
{
    return add_constraint(p, r, put_constraint_foreign_key, "[not_valid: NOT VALID]");
}

bool compile_create_check_constraint(struct pen *p, const struct rec *r)
{
    return add_constraint(p, r, put_constraint_check, "[not_valid: NOT VALID]");
}

bool compile_create_exclude_constraint(struct pen *p, const struct rec *r)
{
    return add_constraint(p, r, put_constraint_exclude, "");
}

/* NOT NULL, which a primary key brings, stays when it goes. */
static bool drop_not_null(struct pen *p, const struct rec *r)
{
    struct list columns = rec_list(r, K_nullable);
    put_form(p, r, "ALTER TABLE[only: ONLY] {schema.table}");
    for (size_t i = 0; i < columns.n; i++) {
        put(p, i ? ", ALTER COLUMN " : " ALTER COLUMN ");
        put_ident(p, columns.at[i].s);
        put(p, " DROP NOT NULL");
    }
    return pen_end(p, 0);
}

bool compile_drop_constraint(struct pen *p, const struct rec *r)
{
    static const struct chosen_drop chosen = {
        "SELECT conname, oid FROM pg_catalog.pg_constraint WHERE conrelid",
        "ALTER TABLE[only: ONLY] {schema.table} DROP CONSTRAINT[if_exists: IF EXISTS] ",
        "[cascade: CASCADE]", "{schema.table}", "regclass"};
    if (rec_bool(r, K_chosen))
        pen_drop_chosen(p, r, &chosen);
    else
        pen_stmt(p, r,
                 "ALTER TABLE[only: ONLY] {schema.table} DROP CONSTRAINT"
                 "[if_exists: IF EXISTS] {name}[cascade: CASCADE]");
    return rec_has(r, K_nullable) ? drop_not_null(p, r) : p->ok;
}

FORM(rename_constraint,
     "ALTER TABLE {schema.table} RENAME CONSTRAINT {name} TO {new_name}")
FORM(validate_constraint, "ALTER TABLE {schema.table} VALIDATE CONSTRAINT {name}")

bool compile_alter_constraint(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_deferrable) && !rec_has(r, K_initially))
        return pen_fail(p, "nothing to change: give deferrable or initially");
    put_form(p, r, "ALTER TABLE {schema.table} ALTER CONSTRAINT {name}");
    if (rec_has(r, K_deferrable))
        put(p, rec_bool(r, K_deferrable) ? " DEFERRABLE" : " NOT DEFERRABLE");
    put_form(p, r, "[initially: INITIALLY {initially}]");
    return pen_end(p, 0);
}
