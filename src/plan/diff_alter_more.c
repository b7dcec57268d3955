/* What PostgreSQL can change in place: views, and what is seldom met. */
#include "plan/diff_alter.h"

#include <string.h>

/* ---- views ---------------------------------------------------------------------- */

/* COMMENT ON COLUMN where the two maps differ. */
static void comment_columns(struct differ *d, const struct object *from,
                            const struct object *to, struct ops *ops)
{
    const struct val *old = rec_at(from->create->args, K_column_comments);
    struct val change = map_change(d, old, rec_at(to->create->args, K_column_comments));
    for (size_t i = 0; i < change.map.n; i++) {
        struct rec *r = new_op(d, ops, OP_comment_on)->args;
        rec_set(r, K_kind, val_str(STR("column")));
        rec_set(r, K_name, val_str(change.map.at[i].key));
        rec_set(r, K_comment, change.map.at[i].val);
        rec_set(r, K_existing, or_null(val_get(old, change.map.at[i].key)));
        rec_set(r, K_schema, *rec_at(to->create->args, K_schema));
        rec_set(r, K_table, val_str(to->name));
    }
}

static void set_view_defaults(struct differ *d, const struct object *from,
                              const struct object *to, struct ops *ops)
{
    const struct val *old = rec_at(from->create->args, K_defaults);
    struct val change = map_change(d, old, rec_at(to->create->args, K_defaults));
    for (size_t i = 0; i < change.map.n; i++) {
        struct rec *r = new_op(d, ops, OP_alter_column)->args;
        rec_set(r, K_table, val_str(to->name));
        rec_set(r, K_column, val_str(change.map.at[i].key));
        rec_set(r, K_schema, *rec_at(to->create->args, K_schema));
        rec_set(r, K_default, change.map.at[i].val);
        rec_set(r, K_existing_default, or_null(val_get(old, change.map.at[i].key)));
    }
}

/* CREATE OR REPLACE VIEW can only add columns at the end (manual, CREATE VIEW). */
static bool keeps_columns(const struct object *from, const struct object *to)
{
    if (to->columns.n < from->columns.n)
        return false;
    for (size_t i = 0; i < from->columns.n; i++)
        if (!str_eq(from->columns.at[i], to->columns.at[i]))
            return false;
    return true;
}

static bool alter_view(struct differ *d, const struct object *from,
                       const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {
        K_query,           K_with,    K_check_option, K_defaults,
        K_column_comments, K_comment, N_KEYS};
    static const enum key of_columns[] = {K_defaults, K_column_comments, K_comment,
                                          N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place) || !keeps_columns(from, to))
        return false;
    if (!differ_only_in(old, new, of_columns)) {
        struct op *op = op_copy(d->arena, to->create);
        rec_set(op->args, K_or_replace, val_bool(true));
        rec_set(op->args, K_existing, *rec_at(old, K_query));
        for (size_t i = 0; of_columns[i] != N_KEYS; i++)
            rec_set(op->args, of_columns[i], (struct val){.kind = VAL_NONE});
        ops_add(ops, op, d->arena);
    }
    set_view_defaults(d, from, to, ops);
    comment_columns(d, from, to, ops);
    return true;
}

static bool alter_materialized_view(struct differ *d, const struct object *from,
                                    const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_with, K_column_comments, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    if (differs(old, new, K_with))
        change_with(d, for_object(d, to, ops, OP_alter_materialized_view, K_name), old,
                    new, &shape_index_options);
    comment_columns(d, from, to, ops);
    return true;
}

/* ---- options of foreign-data objects and dictionaries ------------------------------ */

static bool alter_options(struct differ *d, const struct object *from,
                          const struct object *to, enum op_kind kind,
                          const struct shape *existing_shape, struct ops *ops)
{
    static const enum key in_place[] = {K_options, K_version,   K_comment,
                                        K_handler, K_validator, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    struct rec *r = new_op(d, ops, kind)->args;
    struct rec *existing = rec_new(d->arena, existing_shape);
    static const enum key names[] = {K_name, K_role, K_server, K_schema, N_KEYS};
    for (size_t i = 0; names[i] != N_KEYS; i++)
        if (shape_field(r->shape, key_word(names[i])) &&
            shape_field(new->shape, key_word(names[i])))
            rec_set(r, names[i], *rec_at(new, names[i]));
    if (differs(old, new, K_options)) {
        const struct val *before = rec_at(old, K_options),
                         *after = rec_at(new, K_options);
        rec_set(r, K_options, map_change(d, before, after));
        rec_set(existing, K_options, map_change(d, after, before));
    }
    static const enum key functions[] = {K_handler, K_validator, N_KEYS};
    for (size_t i = 0; functions[i] != N_KEYS; i++) {
        enum key k = functions[i];
        if (!shape_field(new->shape, key_word(k)) || !differs(old, new, k))
            continue;
        rec_set(r, k, rec_has(new, k) ? *rec_at(new, k) : val_null());
        rec_set(existing, k, rec_has(old, k) ? *rec_at(old, k) : val_null());
    }
    if (shape_field(new->shape, STR("version")) && differs(old, new, K_version)) {
        if (!rec_has(new, K_version) || !rec_has(old, K_version))
            return false; /* a version cannot be taken away */
        rec_set(r, K_version, *rec_at(new, K_version));
        rec_set(existing, K_version, *rec_at(old, K_version));
    }
    rec_set(r, K_existing, val_rec(existing));
    return true;
}

/* ---- publications, text search, extensions, statistics, event triggers ------------- */

/* What a publication sends is set as a whole: those who subscribe stay. */
static bool alter_publication(struct differ *d, const struct object *from,
                              const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_tables, K_schemas, K_with, K_comment, N_KEYS};
    static const enum key lists[] = {K_tables, K_schemas, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    bool some_before = rec_has(old, K_tables) || rec_has(old, K_schemas);
    bool some_after = rec_has(new, K_tables) || rec_has(new, K_schemas);
    bool lists_differ = differs(old, new, K_tables) || differs(old, new, K_schemas);
    if (differs(old, new, K_with) || (lists_differ && !(some_before && some_after)))
        return false;
    struct rec *r = new_op(d, ops, OP_alter_publication)->args;
    struct rec *existing = rec_new(d->arena, &shape_publication_options);
    rec_set(r, K_name, *rec_at(new, K_name));
    for (size_t i = 0; lists[i] != N_KEYS; i++) {
        rec_set(r, lists[i], *rec_at(new, lists[i]));
        rec_set(existing, lists[i], *rec_at(old, lists[i]));
    }
    rec_set(r, K_existing, val_rec(existing));
    return true;
}

static bool alter_extension(struct differ *d, const struct object *from,
                            const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_schema, K_version, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    if (differs(old, new, K_schema)) {
        struct rec *r = new_op(d, ops, OP_alter_extension)->args;
        struct val usual = val_str(d->to.catalog->default_schema);
        rec_set(r, K_name, *rec_at(new, K_name));
        rec_set(r, K_schema, or_else(rec_at(new, K_schema), usual));
        rec_set(r, K_existing_schema, or_else(rec_at(old, K_schema), usual));
    }
    if (!str_eq(from->definition, to->definition)) {
        struct rec *r = new_op(d, ops, OP_alter_extension)->args;
        rec_set(r, K_name, *rec_at(new, K_name));
        rec_set(r, K_version, val_str(to->definition));
        rec_set(r, K_existing_version, val_str(from->definition));
    }
    return true;
}

static bool alter_statistics(struct differ *d, const struct object *from,
                             const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_statistics, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    struct rec *r = for_object(d, to, ops, OP_alter_statistics, K_name);
    struct val usual = val_int(-1);
    rec_set(r, K_statistics, or_else(rec_at(new, K_statistics), usual));
    rec_set(r, K_existing_statistics, or_else(rec_at(old, K_statistics), usual));
    return true;
}

static bool alter_event_trigger(struct differ *d, const struct object *from,
                                const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_enabled, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    struct rec *r = new_op(d, ops, OP_alter_event_trigger)->args;
    rec_set(r, K_name, *rec_at(new, K_name));
    rec_set(r, K_enabled, or_else(rec_at(new, K_enabled), val_bool(true)));
    rec_set(r, K_existing_enabled, or_else(rec_at(old, K_enabled), val_bool(true)));
    return true;
}

static bool alter_owner(struct differ *d, const struct object *from,
                        const struct object *to, struct ops *ops)
{
    struct op *op = op_copy(d->arena, to->create);
    rec_set(op->args, K_existing, *rec_at(from->create->args, K_owner));
    ops_add(ops, op, d->arena);
    return true;
}

bool alter_more(struct differ *d, const struct object *from, const struct object *to,
                struct ops *ops)
{
    switch (to->create->info->kind) {
    case OP_create_view:
        return alter_view(d, from, to, ops);
    case OP_create_materialized_view:
        return alter_materialized_view(d, from, to, ops);
    case OP_create_foreign_data_wrapper:
        return alter_options(d, from, to, OP_alter_foreign_data_wrapper,
                             &shape_wrapper_options, ops);
    case OP_create_server:
        return alter_options(d, from, to, OP_alter_server, &shape_server_options, ops);
    case OP_create_user_mapping:
        return alter_options(d, from, to, OP_alter_user_mapping, &shape_option_map, ops);
    case OP_create_foreign_table:
        return alter_options(d, from, to, OP_alter_foreign_table, &shape_option_map, ops);
    case OP_create_text_search_dictionary:
        return alter_options(d, from, to, OP_alter_text_search_dictionary,
                             &shape_option_map, ops);
    case OP_create_publication:
        return alter_publication(d, from, to, ops);
    case OP_create_extension:
        return alter_extension(d, from, to, ops);
    case OP_create_statistics:
        return alter_statistics(d, from, to, ops);
    case OP_set_owner:
        return alter_owner(d, from, to, ops);
    case OP_create_event_trigger:
        return alter_event_trigger(d, from, to, ops);
    default:
        return false;
    }
}
