/* What PostgreSQL can change in place: views, and what is seldom met. */
#include "plan/diff_alter.h"
#include "plan/reverse.h"

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

/* The options of a publication where the two differ: `r` says what they are there, by a
 * default of the server's (manual, CREATE PUBLICATION) where it does not. */
static struct val publication_with(struct differ *d, const struct rec *r,
                                   const struct rec *other)
{
    const struct pair usual[] = {
        {STR("publish"), val_str(STR("insert, update, delete, truncate"))},
        {STR("publish_via_partition_root"), val_bool(false)},
        {STR("publish_generated_columns"), val_str(STR("none"))}};
    size_t n = sizeof usual / sizeof *usual;
    struct val with = val_map(d->arena, n);
    with.map.n = 0;
    for (size_t i = 0; i < n; i++) {
        str option = usual[i].key;
        const struct val *here = val_get(rec_at(r, K_with), option),
                         *there = val_get(rec_at(other, K_with), option);
        if (!val_eq(here, there))
            with.map.at[with.map.n++] =
                (struct pair){option, or_else(here, usual[i].val)};
    }
    return with;
}

/* Tables and schemas are set as a whole, where there are some before and after. */
static void set_published(struct rec *r, struct rec *existing, const struct rec *old,
                          const struct rec *new)
{
    static const enum key lists[][3] = {{K_tables, K_add_tables, K_drop_tables},
                                        {K_schemas, K_add_schemas, K_drop_schemas}};
    bool some_before = rec_has(old, K_tables) || rec_has(old, K_schemas);
    bool some_after = rec_has(new, K_tables) || rec_has(new, K_schemas);
    for (size_t i = 0; i < 2; i++) {
        enum key all = lists[i][0];
        if (some_before && some_after) {
            rec_set(r, all, *rec_at(new, all));
            rec_set(existing, all, *rec_at(old, all));
        } else {
            rec_set(r, lists[i][1], *rec_at(new, all));
            rec_set(r, lists[i][2], *rec_at(old, all));
        }
    }
}

/* In place: those who subscribe stay. */
static bool alter_publication(struct differ *d, const struct object *from,
                              const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_tables, K_schemas, K_with, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    struct rec *r = new_op(d, ops, OP_alter_publication)->args;
    struct rec *existing = rec_new(d->arena, &shape_publication_options);
    rec_set(r, K_name, *rec_at(new, K_name));
    if (differs(old, new, K_tables) || differs(old, new, K_schemas))
        set_published(r, existing, old, new);
    if (differs(old, new, K_with)) {
        rec_set(r, K_with, publication_with(d, new, old));
        rec_set(existing, K_with, publication_with(d, old, new));
    }
    if (rec_has(r, K_with) || rec_has(r, K_tables) || rec_has(r, K_schemas))
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

/* The rest of an operator is for CREATE OPERATOR (manual, ALTER OPERATOR of 15). */
static bool alter_operator(struct differ *d, const struct object *from,
                           const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_restrict, K_join, K_comment, N_KEYS};
    static const enum key names[] = {K_name, K_schema, K_left, K_right};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    struct rec *r = new_op(d, ops, OP_alter_operator)->args;
    struct rec *existing = rec_new(d->arena, &shape_operator_options);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        rec_set(r, names[i], *rec_at(new, names[i]));
    for (size_t i = 0; i < 2; i++) {
        if (!differs(old, new, in_place[i]))
            continue;
        rec_set(r, in_place[i], or_null(rec_at(new, in_place[i])));
        rec_set(existing, in_place[i], or_null(rec_at(old, in_place[i])));
    }
    rec_set(r, K_existing, val_rec(existing));
    return true;
}

/* The items of one list that the other does not have; as what drops them, if asked. */
static struct val other_items(struct differ *d, struct list list, struct list other,
                              bool to_drop)
{
    struct val items = val_list(d->arena, list.n);
    items.list.n = 0;
    for (size_t i = 0; i < list.n; i++)
        if (!list_has(other, list.at[i].s))
            items.list.at[items.list.n++] =
                to_drop ? val_str(family_member(list.at[i].s, d->arena)) : list.at[i];
    return items.list.n ? items : (struct val){.kind = VAL_NONE};
}

static bool alter_operator_family(struct differ *d, const struct object *from,
                                  const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_items, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    struct list before = rec_list(old, K_items), after = rec_list(new, K_items);
    if (!differ_only_in(old, new, in_place))
        return false;
    struct rec *r = new_op(d, ops, OP_alter_operator_family)->args;
    static const enum key names[] = {K_name, K_using, K_schema};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        rec_set(r, names[i], *rec_at(new, names[i]));
    rec_set(r, K_add, other_items(d, after, before, false));
    rec_set(r, K_drop, other_items(d, before, after, true));
    return true;
}

/* The dictionaries of a token; an absent value when the configuration leaves it out. A
 * catalog has one mapping for each token. */
static const struct val *dictionaries_of(struct list mappings, str token)
{
    static const struct val none = {.kind = VAL_NONE};
    for (size_t i = 0; i < mappings.n; i++)
        if (list_has(rec_list(mappings.at[i].rec, K_tokens), token))
            return rec_at(mappings.at[i].rec, K_dictionaries);
    return &none;
}

/* Tokens that go through the same dictionaries are written together. */
static void add_mapping(struct differ *d, struct rec *r, enum key verb, str token,
                        const struct val *dictionaries)
{
    struct list mappings = rec_list(r, verb);
    for (size_t i = 0; i < mappings.n; i++)
        if (val_eq(rec_at(mappings.at[i].rec, K_dictionaries), dictionaries)) {
            rec_add(mappings.at[i].rec, K_tokens, val_str(token), d->arena);
            return;
        }
    struct rec *mapping = rec_new(d->arena, &shape_mapping);
    rec_add(mapping, K_tokens, val_str(token), d->arena);
    rec_set(mapping, K_dictionaries, *dictionaries);
    rec_add(r, verb, val_rec(mapping), d->arena);
}

static bool alter_search(struct differ *d, const struct object *from,
                         const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_mappings, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    struct list before = rec_list(old, K_mappings), after = rec_list(new, K_mappings);
    if (!differ_only_in(old, new, in_place))
        return false;
    struct rec *r = for_object(d, to, ops, OP_alter_text_search_configuration, K_name);
    for (size_t i = 0; i < after.n; i++) {
        str token = rec_list(after.at[i].rec, K_tokens).at[0].s;
        const struct val *then = dictionaries_of(before, token),
                         *now = rec_at(after.at[i].rec, K_dictionaries);
        if (!val_eq(then, now))
            add_mapping(d, r, then->kind == VAL_NONE ? K_add_mappings : K_alter_mappings,
                        token, now);
    }
    for (size_t i = 0; i < before.n; i++) {
        str token = rec_list(before.at[i].rec, K_tokens).at[0].s;
        if (dictionaries_of(after, token)->kind == VAL_NONE)
            rec_add(r, K_drop_mappings, val_str(token), d->arena);
    }
    add_hazard(d, ops->at[ops->n - 1], "stale",
               str_fmt(d->arena,
                       "generated columns and indexes keep what %.*s made before: "
                       "UPDATE the rows, or REINDEX, where that matters",
                       STR_ARG(to->name)));
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
    case OP_create_text_search_configuration:
        return alter_search(d, from, to, ops);
    case OP_create_publication:
        return alter_publication(d, from, to, ops);
    case OP_create_operator:
        return alter_operator(d, from, to, ops);
    case OP_create_operator_family:
        return alter_operator_family(d, from, to, ops);
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
