/* What PostgreSQL can change in place: columns. Other kinds: diff_alter_object.c. */
#include "plan/diff_alter.h"
#include "plan/diff_follow.h"
#include "plan/quote.h"
#include "plan/write.h"

#include <string.h>

struct rec *alter_column(struct differ *d, const struct object *to, struct ops *ops)
{
    struct rec *r = new_op(d, ops, OP_alter_column)->args;
    rec_set(r, K_table, val_str(to->table));
    rec_set(r, K_column, val_str(to->name));
    rec_set(r, K_schema, *rec_at(to->create->args, K_schema));
    return r;
}

/* A type without what stands in parentheses: numeric of numeric(10,2). */
static str plain_type(str type)
{
    return str_cut(type, 0, str_find(type, '('));
}

bool converts_by_itself(str from, str to)
{
    static const char *const families[] = {
        "smallint|integer|bigint|numeric|real|double precision",
        "varchar|char|character|text|bpchar|name",
        "date|timestamp|timestamptz",
        "time|timetz",
        "bit|varbit",
    };
    str before = plain_type(from), after = plain_type(to);
    bool from_array = str_ends(from, STR("[]")), to_array = str_ends(to, STR("[]"));
    if (from_array == to_array && str_eq(before, after))
        return true;
    if (!to_array && str_among(after, "text|varchar"))
        return true; /* every type has an assignment cast to the string types */
    if (from_array || to_array)
        return false;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (str_among(before, families[i]) && str_among(after, families[i]))
            return true;
    return false;
}

static void alter_type(struct differ *d, const struct object *to, const struct rec *old,
                       const struct rec *new, struct ops *ops)
{
    str from = rec_str(old, K_type), type = rec_str(new, K_type);
    bool itself = converts_by_itself(from, type);
    if (!itself && rec_has(old, K_default)) {
        struct rec *bare = alter_column(d, to, ops);
        rec_set(bare, K_default, val_null());
        rec_set(bare, K_existing_default, or_null(rec_at(old, K_default)));
    }
    struct rec *r = alter_column(d, to, ops);
    rec_set(r, K_type, val_str(type));
    rec_set(r, K_existing_type, val_str(from));
    rec_set(r, K_collate, *rec_at(new, K_collate));
    rec_set(r, K_existing_collate, *rec_at(old, K_collate));
    if (!itself) {
        struct buf b = buf_in(d->arena);
        quote_ident(&b, to->name);
        buf_fmt(&b, "::text::%.*s", STR_ARG(type));
        rec_set(r, K_using, val_str(buf_done(&b)));
    }
    add_hazard(d, ops->at[ops->n - 1], "rewrite",
               str_fmt(d->arena,
                       "%.*s.%.*s from %.*s to %.*s may rewrite the table under an "
                       "ACCESS EXCLUSIVE lock",
                       STR_ARG(to->table), STR_ARG(to->name), STR_ARG(from),
                       STR_ARG(type)));
    if (!itself && rec_has(new, K_default)) {
        struct rec *again = alter_column(d, to, ops);
        rec_set(again, K_default, *rec_at(new, K_default));
        rec_set(again, K_existing_default, val_null());
    }
}

/* An identity column is NOT NULL without saying so. */
static bool is_not_null(const struct rec *column)
{
    return rec_has(column, K_nullable) || rec_has(column, K_identity);
}

static void alter_nullable(struct differ *d, const struct object *to,
                           const struct rec *old, const struct rec *new, struct ops *ops)
{
    struct rec *r = alter_column(d, to, ops);
    rec_set(r, K_nullable, val_bool(!is_not_null(new)));
    rec_set(r, K_existing_nullable, val_bool(!is_not_null(old)));
}

int64_t sequence_value(const struct rec *r, enum key k, str type)
{
    if (rec_has(r, k))
        return rec_at(r, k)->i;
    bool ascends = k == K_increment || sequence_value(r, K_increment, type) > 0;
    int64_t most = str_is(type, "smallint")  ? INT16_MAX
                   : str_is(type, "integer") ? INT32_MAX
                                             : INT64_MAX;
    switch (k) {
    case K_min_value:
        return ascends ? 1 : -most - 1;
    case K_max_value:
        return ascends ? most : -1;
    case K_start:
        return sequence_value(r, ascends ? K_min_value : K_max_value, type);
    default:
        return 1;
    }
}

/* The new identity with every option that the old one had otherwise, said anew where it
 * is the default again. */
static struct val whole_identity(struct differ *d, const struct rec *old,
                                 const struct rec *new, str type)
{
    static const enum key fields[] = {K_start, K_increment, K_min_value, K_max_value,
                                      K_cache};
    struct rec *identity = rec_copy(d->arena, new);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        int64_t value = sequence_value(new, fields[i], type);
        if (value != sequence_value(old, fields[i], type))
            rec_set(identity, fields[i], val_int(value));
    }
    if (rec_has(old, K_cycle) && !rec_has(new, K_cycle))
        rec_set(identity, K_cycle, val_bool(false));
    if (rec_has(old, K_generated) && !rec_has(new, K_generated))
        rec_set(identity, K_generated, val_str(STR("by default")));
    return val_rec(identity);
}

/* A column of a foreign table has its wrapper's options, not the server's. */
static bool alter_foreign_options(struct differ *d, const struct object *to,
                                  const struct rec *old, const struct rec *new,
                                  struct ops *ops)
{
    const struct val *before = rec_at(old, K_options), *after = rec_at(new, K_options);
    if (!catalog_by_identity(d->to.index, "foreign table", to->schema, STR_NONE,
                             to->table))
        return false;
    struct rec *r = new_op(d, ops, OP_alter_foreign_table)->args;
    struct rec *existing = rec_new(d->arena, &shape_option_map);
    rec_set(r, K_name, val_str(to->table));
    rec_set(r, K_schema, *rec_at(to->create->args, K_schema));
    rec_set(r, K_column, val_str(to->name));
    rec_set(r, K_options, map_change(d, before, after));
    rec_set(existing, K_options, map_change(d, after, before));
    rec_set(r, K_existing, val_rec(existing));
    return true;
}

static str sequence_of(struct differ *d, const struct object *column,
                       const struct rec *identity)
{
    return rec_has(identity, K_sequence_name)
               ? rec_str(identity, K_sequence_name)
               : default_name(column->table, column->name, "seq", d->arena);
}

/* The name of an identity's sequence is not the column's to change. */
static void rename_identity(struct differ *d, const struct object *to, struct rec *old,
                            const struct rec *new, struct ops *ops)
{
    str before = sequence_of(d, to, old), after = sequence_of(d, to, new);
    struct val schema = *rec_at(old, K_sequence_schema);
    if (differs(old, new, K_sequence_schema) || str_eq(before, after))
        return;
    struct rec *r = new_op(d, ops, OP_rename_sequence)->args;
    rec_set(r, K_name, val_str(before));
    rec_set(r, K_new_name, val_str(after));
    rec_set(r, K_schema,
            schema.kind == VAL_NONE ? *rec_at(to->create->args, K_schema) : schema);
    rec_set(old, K_sequence_name, *rec_at(new, K_sequence_name));
}

/* What alter_column changes in one op: the new value under `k`, the old under `before`. */
static void alter_fields(struct differ *d, const struct object *to, const struct rec *old,
                         const struct rec *new, bool skip_default, struct ops *ops)
{
    static const struct {
        enum key k, before;
        bool null_removes;
    } fields[] = {
        {K_default, K_existing_default, true},
        {K_identity, K_existing_identity, true},
        {K_storage, K_existing_storage, false},
        {K_compression, K_existing_compression, false},
        {K_statistics, K_existing_statistics, false},
        {K_options, K_existing_options, false},
        {K_comment, K_existing_comment, true},
    };
    struct rec *r = NULL;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        enum key k = fields[i].k;
        if (!differs(old, new, k) || (k == K_default && skip_default))
            continue;
        if (k == K_options && alter_foreign_options(d, to, old, new, ops))
            continue;
        r = r ? r : alter_column(d, to, ops);
        struct val after = *rec_at(new, k), before = *rec_at(old, k);
        if (k == K_identity && after.kind == VAL_REC && before.kind == VAL_REC) {
            str type = rec_str(new, K_type);
            struct val forth = whole_identity(d, before.rec, after.rec, type);
            before = whole_identity(d, after.rec, before.rec, type);
            after = forth;
        } else if (k == K_options) {
            after = map_change(d, rec_at(old, k), rec_at(new, k));
            before = map_change(d, rec_at(new, k), rec_at(old, k));
        } else if (fields[i].null_removes) {
            after = or_null(&after);
            before = or_null(&before);
        } else if (k == K_statistics) {
            after = or_else(&after, val_int(-1));
            before = or_else(&before, val_int(-1));
        } else if (k == K_compression) {
            after = or_else(&after, val_str(STR("default")));
        } else if (k == K_storage && after.kind == VAL_NONE) {
            after = val_str(str_of(to->usual_storage));
        }
        rec_set(r, k, after);
        rec_set(r, fields[i].before, before);
        if (k == K_identity && after.kind == VAL_REC && before.kind == VAL_NULL)
            add_hazard(d, ops->at[ops->n - 1], "sequence",
                       str_fmt(d->arena,
                               "%.*s.%.*s counts from its start: where rows are there, "
                               "setval the new sequence behind them",
                               STR_ARG(to->table), STR_ARG(to->name)));
    }
}

/* Does a table share the column with others, or a check or publication see it? */
static bool is_watched(const struct side *s, const struct object *column)
{
    const struct object *table =
        catalog_by_identity(s->index, "table", column->schema, STR_NONE, column->table);
    size_t t = table ? (size_t)(table - s->catalog->at) : NOWHERE;
    if (t == NOWHERE || n_parents(s, t))
        return true;
    for (size_t i = s->first_in[t]; i != NOWHERE; i = s->next_in[i])
        if (s->catalog->at[i].create->info->kind == OP_create_check_constraint)
            return true;
    for (size_t i = 0; i < s->needed_by[t].n; i++) {
        const struct object *o = &s->catalog->at[s->needed_by[t].at[i].object];
        if (strcmp(o->kind, "publication") == 0 || strcmp(o->kind, "table") == 0)
            return true;
    }
    return false;
}

/* PostgreSQL 17 sets the expression of a stored column, 18 that of a virtual one where
 * nothing else would have to be looked at again (0A000). */
static bool alter_expression(struct differ *d, const struct object *to,
                             const struct rec *old, const struct rec *new,
                             struct ops *ops)
{
    bool is_virtual = rec_bool(new, K_virtual);
    if (!rec_has(new, K_generated)) {
        rec_set(alter_column(d, to, ops), K_generated, val_null());
        return true;
    }
    if (!rec_has(old, K_generated) || d->options->server_version < 170000 ||
        (is_virtual && (is_watched(&d->from, to) || is_watched(&d->to, to))))
        return false;
    struct rec *r = alter_column(d, to, ops);
    rec_set(r, K_generated, *rec_at(new, K_generated));
    rec_set(r, K_existing_generated, *rec_at(old, K_generated));
    if (!is_virtual)
        add_hazard(d, ops->at[ops->n - 1], "rewrite",
                   str_fmt(d->arena,
                           "%.*s.%.*s is computed for every row: the table is rewritten "
                           "under an ACCESS EXCLUSIVE lock",
                           STR_ARG(to->table), STR_ARG(to->name)));
    return true;
}

bool alter_columns(struct differ *d, const struct object *from, const struct object *to,
                   struct ops *ops, bool *upsets)
{
    struct rec *old = rec_copy(d->arena, rec_at(from->create->args, K_column)->rec);
    const struct rec *new = rec_at(to->create->args, K_column)->rec;
    if (rec_has(old, K_identity) && rec_has(new, K_identity)) {
        struct rec *identity = rec_copy(d->arena, rec_at(old, K_identity)->rec);
        rename_identity(d, to, identity, rec_at(new, K_identity)->rec, ops);
        rec_set(old, K_identity, val_rec(identity));
    }
    bool retyped = differs(old, new, K_type) || differs(old, new, K_collate);
    if (differs(old, new, K_virtual)) /* no stored one becomes a virtual one */
        return false;
    if (retyped && rec_has(new, K_generated))
        return false;
    if (differs(old, new, K_generated) && !alter_expression(d, to, old, new, ops))
        return false;
    if (retyped) {
        alter_type(d, to, old, new, ops);
        *upsets = true;
    }
    bool done =
        retyped && !converts_by_itself(rec_str(old, K_type), rec_str(new, K_type));
    if (is_not_null(new) && !is_not_null(old))
        alter_nullable(d, to, old, new, ops);
    alter_fields(d, to, old, new, done, ops);
    if (is_not_null(old) && !is_not_null(new))
        alter_nullable(d, to, old, new, ops);
    return true;
}
