/* What must go before other things can change, and comes back after: a column's default
 * that names a sequence, a function or an enum's value that goes; an identity whose
 * sequence has the name that a sequence of its own takes. */
#include "plan/diff_alter.h"
#include "plan/diff_follow.h"
#include "plan/write.h"

#include <string.h>

bool is_column_object(const struct object *o)
{
    return o->create->info->kind == OP_add_column;
}

const struct rec *column_of(const struct object *o)
{
    return rec_at(o->create->args, K_column)->rec;
}

bool has_plain_default(const struct object *o)
{
    return is_column_object(o) && rec_has(column_of(o), K_default);
}

static struct rec *alter_early(struct differ *d, size_t to)
{
    return alter_column(d, &d->to.catalog->at[to], &d->early[to]);
}

/* The alteration of a column that sets this field; a new one when `make` asks for it. */
static struct rec *alteration(struct differ *d, size_t to, enum key k, bool make)
{
    struct ops *ops = &d->alters[to];
    for (size_t i = 0; i < ops->n; i++)
        if (ops->at[i]->info->kind == OP_alter_column && rec_has(ops->at[i]->args, k))
            return ops->at[i]->args;
    return make ? alter_column(d, &d->to.catalog->at[to], ops) : NULL;
}

/* Takes a field out of an alteration, which goes when it has nothing else to say. */
static void unsay(struct ops *ops, struct rec *r, enum key k, enum key before)
{
    const struct val none = {.kind = VAL_NONE};
    rec_set(r, k, none);
    rec_set(r, before, none);
    for (size_t i = 0; i < r->shape->n_fields; i++) {
        enum key other = r->shape->fields[i].key;
        if (r->at[i].kind != VAL_NONE && other != K_table && other != K_column &&
            other != K_schema)
            return;
    }
    for (size_t i = 0; i < ops->n; i++) {
        if (ops->at[i]->args != r)
            continue;
        memmove(&ops->at[i], &ops->at[i + 1], (ops->n - i - 1) * sizeof *ops->at);
        ops->n--;
        return;
    }
}

/* The default goes early, and the new one is set in its time. */
static void bare_default(struct differ *d, size_t from)
{
    size_t to = d->from.other[from];
    const struct val *old = rec_at(column_of(&d->from.catalog->at[from]), K_default);
    const struct val *new = rec_at(column_of(&d->to.catalog->at[to]), K_default);
    struct rec *r = alter_early(d, to);
    rec_set(r, K_default, val_null());
    rec_set(r, K_existing_default, *old);
    struct ops *ops = &d->alters[to];
    for (size_t i = ops->n; i-- > 0;) {
        struct rec *said = ops->at[i]->args;
        if (ops->at[i]->info->kind == OP_alter_column && rec_has(said, K_default) &&
            (rec_at(said, K_default)->kind == VAL_NULL || new->kind == VAL_NONE))
            unsay(ops, said, K_default, K_existing_default);
    }
    if (new->kind == VAL_NONE)
        return;
    struct rec *set = alteration(d, to, K_default, true);
    rec_set(set, K_default, *new);
    rec_set(set, K_existing_default, val_null());
}

/* The identity goes early when a sequence of its sequence's name is made. */
static void bare_identity(struct differ *d, size_t to)
{
    struct rec *r = alteration(d, to, K_identity, false);
    if (!r || rec_at(r, K_identity)->kind != VAL_NULL)
        return;
    const struct object *o = &d->to.catalog->at[to];
    const struct rec *old = rec_at(r, K_existing_identity)->rec;
    str schema =
        rec_has(old, K_sequence_schema) ? rec_str(old, K_sequence_schema) : o->schema;
    str name = rec_has(old, K_sequence_name)
                   ? rec_str(old, K_sequence_name)
                   : default_name(o->table, o->name, "seq", d->arena);
    const struct object *taker =
        catalog_by_identity(d->to.index, "sequence", schema, STR_NONE, name);
    if (!taker || d->to.fate[taker - d->to.catalog->at] != FATE_CREATED)
        return;
    struct rec *early = alter_early(d, to);
    rec_set(early, K_identity, val_null());
    rec_set(early, K_existing_identity, *rec_at(r, K_existing_identity));
    unsay(&d->alters[to], r, K_identity, K_existing_identity);
}

static bool replaces_enum(const struct differ *d, size_t from)
{
    size_t to = d->from.other[from];
    if (d->from.fate[from] != FATE_ALTERED ||
        d->from.catalog->at[from].create->info->kind != OP_create_enum)
        return false;
    for (size_t i = 0; i < d->alters[to].n; i++)
        if (d->alters[to].at[i]->info->kind == OP_replace_enum)
            return true;
    return false;
}

/* Columns whose default changes with the values of their type: the old default may name
 * one that goes. */
static void bare_enum_defaults(struct differ *d, size_t from)
{
    for (size_t i = 0; i < d->from.needed_by[from].n; i++) {
        size_t column = d->from.needed_by[from].at[i].object;
        size_t to = d->from.other[column];
        if (d->from.fate[column] == FATE_ALTERED &&
            has_plain_default(&d->from.catalog->at[column]) &&
            alteration(d, to, K_default, false))
            d->bare[column] = true;
    }
}

void part_alters(struct differ *d)
{
    part_detours(d);
    for (size_t i = 0; i < d->from.catalog->n; i++)
        if (replaces_enum(d, i))
            bare_enum_defaults(d, i);
    for (size_t i = 0; i < d->from.catalog->n; i++)
        if (d->bare[i] && d->from.fate[i] == FATE_ALTERED)
            bare_default(d, i);
    for (size_t i = 0; i < d->to.catalog->n; i++)
        if (d->to.fate[i] == FATE_ALTERED && is_column_object(&d->to.catalog->at[i]))
            bare_identity(d, i);
}
