#include "app/renames.h"

#include <stdlib.h>
#include <string.h>

/* The name that the table of a rename has in the database now: it may be renamed, too. */
static str table_now(const struct ops *due, size_t n, str table)
{
    for (size_t i = 0; i < n; i++) {
        const struct op *op = due->at[i];
        if (op->info->kind == OP_rename_table &&
            str_eq(rec_str(op->args, K_new_name), table))
            return rec_str(op->args, K_name);
    }
    return table;
}

static bool is_there(const struct catalog_index *index, str schema, str table, str name)
{
    static const char *const alone[] = {"table",
                                        "enum",
                                        "type",
                                        "domain",
                                        "range type",
                                        "view",
                                        "materialized view",
                                        "foreign table",
                                        "index",
                                        "sequence"};
    static const char *const inside[] = {
        "column",      "primary key",      "unique constraint",
        "foreign key", "check constraint", "exclude constraint",
        "trigger",     "policy",           "rule"};
    size_t n = table.n ? sizeof inside / sizeof *inside : sizeof alone / sizeof *alone;
    for (size_t i = 0; i < n; i++)
        if (catalog_by_identity(index, table.n ? inside[i] : alone[i], schema, table,
                                name))
            return true;
    return !table.n && catalog_by_identity(index, "schema", STR_NONE, STR_NONE, name);
}

/* A rename is wanted as long as the old name is there and the new one is not. `due` holds
 * the ones before it. */
static bool is_due(const struct catalog_index *index, const struct catalog *c,
                   const struct ops *due, size_t n, const struct op *rename)
{
    const struct rec *r = rename->args;
    bool of_column = rename->info->kind == OP_rename_column;
    bool in_table = shape_field(r->shape, STR("table")) != NULL;
    str table = in_table ? table_now(due, n, rec_str(r, K_table)) : STR_NONE;
    bool has_schema = shape_field(r->shape, STR("schema")) && rec_has(r, K_schema);
    str schema = has_schema ? rec_str(r, K_schema) : c->default_schema;
    return is_there(index, schema, table, rec_str(r, of_column ? K_column : K_name)) &&
           !is_there(index, schema, table, rec_str(r, K_new_name));
}

/* What is due: whole objects first, because what stands in a table names the table as it
 * is called after. */
static void keep_due(const struct catalog *c, struct ops *renames, struct arena *a)
{
    const struct catalog_index *index = catalog_index(c, a);
    struct ops due = {0};
    for (int inside = 0; inside <= 1; inside++)
        for (size_t i = 0; i < renames->n; i++) {
            struct op *op = renames->at[i];
            bool in_table = shape_field(op->args->shape, STR("table")) != NULL;
            if (in_table == (inside == 1) && is_due(index, c, &due, due.n, op))
                ops_add(&due, op, a);
        }
    *renames = due;
}

/* The new name of what a rename of this kind renames; `table` is of a column's. */
static str name_after(const struct ops *renames, enum op_kind kind, str table, str name)
{
    for (size_t i = 0; i < renames->n; i++) {
        const struct op *op = renames->at[i];
        bool of_column = kind == OP_rename_column;
        if (op->info->kind == kind &&
            str_eq(rec_str(op->args, of_column ? K_column : K_name), name) &&
            (!of_column || str_eq(rec_str(op->args, K_table), table)))
            return rec_str(op->args, K_new_name);
    }
    return name;
}

/* The sequence that belongs to a column; the empty string when there is none. */
static str sequence_of(const struct catalog *c, str schema, str table, str column)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct object *o = &c->at[i];
        if (strcmp(o->kind, "sequence owner") != 0 || !str_eq(o->schema, schema))
            continue;
        const struct rec *by = rec_at(o->create->args, K_owned_by)->rec;
        if (str_eq(rec_str(by, K_table), table) && str_eq(rec_str(by, K_column), column))
            return o->name;
    }
    return STR_NONE;
}

/* The sequence of a serial column is named after table and column: with one of them
 * renamed, the model has a sequence of another name. It is the same one, which has counted
 * the rows that are there, and is renamed along. */
static void rename_serials(const struct catalog *database, const struct catalog *models,
                           struct ops *renames, struct arena *a)
{
    size_t n = renames->n;
    for (size_t i = 0; n && i < database->n; i++) {
        const struct object *o = &database->at[i];
        if (strcmp(o->kind, "sequence owner") != 0)
            continue;
        const struct rec *by = rec_at(o->create->args, K_owned_by)->rec;
        str table = rec_str(by, K_table), column = rec_str(by, K_column);
        str new_table = name_after(renames, OP_rename_table, STR_NONE, table);
        str new_column = name_after(renames, OP_rename_column, new_table, column);
        if (str_eq(table, new_table) && str_eq(column, new_column))
            continue;
        str name = sequence_of(models, o->schema, new_table, new_column);
        if (!name.n || str_eq(name, o->name))
            continue;
        struct op *op = op_new(a, OP_rename_sequence);
        rec_set(op->args, K_name, val_str(o->name));
        rec_set(op->args, K_new_name, val_str(name));
        rec_set(op->args, K_schema, *rec_at(o->create->args, K_schema));
        if (is_due(catalog_index(database, a), database, renames, n, op))
            ops_add(renames, op, a);
    }
}

void renames_due(const struct catalog *database, const struct catalog *models,
                 struct ops *renames, struct arena *a)
{
    keep_due(database, renames, a);
    rename_serials(database, models, renames, a);
}

/* Changes that a rename would explain stand together: one kind of one table. */
static int by_place(const void *a, const void *b)
{
    const struct change *left = *(const struct change *const *)a;
    const struct change *right = *(const struct change *const *)b;
    const struct object *l = left->to ? left->to : left->from;
    const struct object *r = right->to ? right->to : right->from;
    int order = strcmp(l->kind, r->kind);
    if (order == 0)
        order = str_cmp(l->schema, r->schema);
    return order ? order : str_cmp(l->table, r->table);
}

static bool may_be_renamed(const struct change *c)
{
    const char *kind = (c->to ? c->to : c->from)->kind;
    return (c->kind == CHANGE_REMOVED || c->kind == CHANGE_ADDED) &&
           (strcmp(kind, "column") == 0 || strcmp(kind, "table") == 0);
}

/* The op of a diff that drops a table or column; NULL when another one takes it along. */
static const struct op *drop_of(const struct diff *d, const struct object *o)
{
    bool is_column = o->table.n > 0;
    for (size_t i = 0; i < d->ops.n; i++) {
        const struct op *op = d->ops.at[i];
        if (op->info->kind == (is_column ? OP_drop_column : OP_drop_table) &&
            str_eq(rec_str(op->args, is_column ? K_column : K_name), o->name) &&
            (!is_column || str_eq(rec_str(op->args, K_table), o->table)))
            return op;
    }
    return NULL;
}

static void suspect(struct diff *d, const struct object *gone, const struct object *come,
                    struct arena *a)
{
    struct hazard h = {drop_of(d, gone), LIKELY_RENAME, STR_NONE};
    if (!h.op)
        return;
    h.text = str_fmt(a,
                     "%s '%.*s' goes and '%.*s' comes: if it is the same, renamed_from = "
                     "\"%.*s\" in the model keeps its data",
                     gone->kind, STR_ARG(gone->name), STR_ARG(come->name),
                     STR_ARG(gone->name));
    *PUSH(a, d->hazards, d->n_hazards, d->hazards_room) = h;
}

void renames_suspect(struct diff *d, struct arena *a)
{
    const struct change **at = NEW_N(a, const struct change *, d->n_changes + 1);
    size_t n = 0;
    for (size_t i = 0; i < d->n_changes; i++)
        if (may_be_renamed(&d->changes[i]))
            at[n++] = &d->changes[i];
    if (n)
        qsort(at, n, sizeof *at, by_place);
    for (size_t i = 0, end; i < n; i = end) {
        const struct object *gone = NULL, *come = NULL;
        for (end = i; end < n && by_place(&at[i], &at[end]) == 0; end++) {
            gone = at[end]->kind == CHANGE_REMOVED ? at[end]->from : gone;
            come = at[end]->kind == CHANGE_ADDED ? at[end]->to : come;
        }
        if (end - i == 2 && gone && come)
            suspect(d, gone, come, a);
    }
}
