/* The place of tables among their parents: which leave them first, which join them last,
 * and which new partitions are made as tables of their own.
 *
 * A table that leaves its parents before all else and joins them after all else is a plain
 * table meanwhile: what it has from them is then its own, and is compared as such. */
#include "plan/diff_alter.h"
#include "plan/diff_follow.h"
#include "plan/write.h"

#include <string.h>

static const struct rec *args_of(const struct side *s, size_t i)
{
    return s->catalog->at[i].create->args;
}

bool is_table_object(const struct side *s, size_t i)
{
    return s->catalog->at[i].create->info->kind == OP_create_table;
}

static size_t table_named(const struct side *s, const struct rec *r, enum key in,
                          enum key name)
{
    str schema = rec_has(r, in) ? rec_str(r, in) : s->catalog->default_schema;
    const struct object *t =
        catalog_by_identity(s->index, "table", schema, STR_NONE, rec_str(r, name));
    return t ? (size_t)(t - s->catalog->at) : NOWHERE;
}

size_t referent_of(const struct side *s, size_t key)
{
    return table_named(s, args_of(s, key), K_referent_schema, K_referent_table);
}

size_t n_parents(const struct side *s, size_t table)
{
    if (!is_table_object(s, table))
        return 0;
    if (rec_at(args_of(s, table), K_partition_of)->kind == VAL_REC)
        return 1;
    return rec_list(args_of(s, table), K_inherits).n;
}

size_t parent_at(const struct side *s, size_t table, size_t i)
{
    const struct val *place = rec_at(args_of(s, table), K_partition_of);
    if (place->kind == VAL_REC)
        return table_named(s, place->rec, K_schema, K_table);
    return table_named(s, rec_list(args_of(s, table), K_inherits).at[i].rec, K_schema,
                       K_name);
}

/* Is a table with a twin dropped and made again, not altered? */
static bool is_remade(const struct differ *d, size_t to)
{
    size_t from = d->to.other[to];
    return from == NOWHERE ||
           !alters_table(d, args_of(&d->from, from), args_of(&d->to, to));
}

/* Does the i-th parent in `one` stay the parent in the other catalog, untouched? */
static bool keeps_parent(const struct differ *d, const struct side *one,
                         const struct side *other, size_t table, size_t i)
{
    size_t twin = one->other[table], parent = parent_at(one, table, i);
    if (parent == NOWHERE || one->other[parent] == NOWHERE)
        return parent == NOWHERE;
    size_t to_parent = one == &d->to ? parent : one->other[parent];
    if (is_remade(d, to_parent))
        return false;
    const struct val *here = rec_at(args_of(one, table), K_partition_of);
    const struct val *there = rec_at(args_of(other, twin), K_partition_of);
    if (here->kind == VAL_REC || there->kind == VAL_REC)
        return val_eq(here, there);
    for (size_t k = 0; k < n_parents(other, twin); k++)
        if (parent_at(other, twin, k) == one->other[parent])
            return true;
    return false;
}

/* What a table has from this parent alone is its own, as this diff sees it. */
static void unfollow(struct side *s, size_t table, size_t parent)
{
    for (size_t i = s->first_in[table]; i != NOWHERE; i = s->next_in[i]) {
        size_t leader = s->catalog->at[i].leader;
        if (leader != NO_OBJECT && s->home[leader] == parent)
            s->follows[i] = false;
    }
}

static struct rec *place_op(struct differ *d, struct ops *ops, enum op_kind kind,
                            const struct rec *table, const struct rec *place)
{
    struct rec *r = new_op(d, ops, kind)->args;
    rec_set(r, K_table, *rec_at(place, K_table));
    rec_set(r, K_schema, *rec_at(place, K_schema));
    rec_set(r, K_partition, *rec_at(table, K_name));
    rec_set(r, K_partition_schema, *rec_at(table, K_schema));
    return r;
}

static void inherit_op(struct differ *d, struct ops *ops, enum op_kind kind,
                       const struct rec *table, const struct rec *parent)
{
    struct rec *r = new_op(d, ops, kind)->args;
    rec_set(r, K_table, *rec_at(table, K_name));
    rec_set(r, K_schema, *rec_at(table, K_schema));
    rec_set(r, K_parent, *rec_at(parent, K_name));
    rec_set(r, K_parent_schema, *rec_at(parent, K_schema));
}

void leave_op(struct differ *d, struct ops *ops, const struct rec *table, size_t i)
{
    const struct val *place = rec_at(table, K_partition_of);
    if (place->kind == VAL_REC)
        rec_set(place_op(d, ops, OP_detach_partition, table, place->rec),
                K_existing_bound, *rec_at(place->rec, K_bound));
    else
        inherit_op(d, ops, OP_no_inherit, table, rec_list(table, K_inherits).at[i].rec);
}

static void join_op(struct differ *d, struct ops *ops, const struct rec *table, size_t i)
{
    const struct val *place = rec_at(table, K_partition_of);
    if (place->kind == VAL_REC)
        rec_set(place_op(d, ops, OP_attach_partition, table, place->rec), K_bound,
                *rec_at(place->rec, K_bound));
    else
        inherit_op(d, ops, OP_inherit, table, rec_list(table, K_inherits).at[i].rec);
}

/* A table that stays: leaves the parents that it loses, joins those that it gets. */
static void move_table(struct differ *d, size_t to)
{
    size_t from = d->to.other[to];
    for (size_t i = 0; i < n_parents(&d->from, from); i++) {
        if (keeps_parent(d, &d->from, &d->to, from, i))
            continue;
        size_t parent = parent_at(&d->from, from, i);
        leave_op(d, &d->early[to], args_of(&d->from, from), i);
        unfollow(&d->from, from, parent);
        *PUSH(d->arena, d->cuts, d->n_cuts, d->cuts_room) = (struct cut){from, parent};
        d->from.moves[from] = true;
    }
    for (size_t i = 0; i < n_parents(&d->to, to); i++) {
        if (keeps_parent(d, &d->to, &d->from, to, i))
            continue;
        join_op(d, &d->late[to], args_of(&d->to, to), i);
        unfollow(&d->to, to, parent_at(&d->to, to, i));
        d->to.moves[to] = true;
    }
}

/* ---- new partitions ------------------------------------------------------------- */

str follower_name(struct differ *d, size_t leader, str table)
{
    const struct object *l = &d->to.catalog->at[leader];
    switch (l->create->info->kind) {
    case OP_create_index:
        return default_name(table, l->key_names, "idx", d->arena);
    case OP_create_primary_key:
        return default_name(table, STR_NONE, "pkey", d->arena);
    case OP_create_unique_constraint:
        return default_name(table, l->key_names, "key", d->arena);
    case OP_create_exclude_constraint:
        return default_name(table, l->key_names, "excl", d->arena);
    default:
        return l->name;
    }
}

/* Do the columns stand in another order than the parent's? */
static bool has_own_order(const struct differ *d, size_t table, size_t parent)
{
    size_t theirs = d->to.first_in[parent];
    for (size_t i = d->to.first_in[table]; i != NOWHERE; i = d->to.next_in[i]) {
        if (!is_column_object(&d->to.catalog->at[i]))
            continue;
        while (theirs != NOWHERE && !is_column_object(&d->to.catalog->at[theirs]))
            theirs = d->to.next_in[theirs];
        if (theirs == NOWHERE ||
            !str_eq(d->to.catalog->at[i].name, d->to.catalog->at[theirs].name))
            return true;
        theirs = d->to.next_in[theirs];
    }
    return false;
}

/* PARTITION OF gives what the parent has, under names of PostgreSQL's choice. A partition
 * with other names, or with a key of its own that stands for the parent's index, is made
 * as a table and attached. */
static bool stands_alone(struct differ *d, size_t to)
{
    const struct object *table = &d->to.catalog->at[to];
    size_t parent = parent_at(&d->to, to, 0);
    if (parent == NOWHERE)
        return false;
    for (size_t i = d->to.first_in[to]; i != NOWHERE; i = d->to.next_in[i]) {
        const struct object *o = &d->to.catalog->at[i];
        if (o->leader == NO_OBJECT || d->to.home[o->leader] != parent ||
            is_column_object(o))
            continue;
        if (!o->follows || !str_eq(o->name, follower_name(d, o->leader, table->name)))
            return true;
    }
    return has_own_order(d, to, parent);
}

static void make_alone(struct differ *d, size_t to)
{
    d->alone[to] = d->to.moves[to] = true;
    join_op(d, &d->late[to], args_of(&d->to, to), 0);
    unfollow(&d->to, to, parent_at(&d->to, to, 0));
}

void place_tables(struct differ *d)
{
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        if (!is_table_object(&d->to, i) || d->to.catalog->at[i].ignored)
            continue;
        bool is_partition = rec_at(args_of(&d->to, i), K_partition_of)->kind == VAL_REC;
        if (d->to.other[i] != NOWHERE && !is_remade(d, i))
            move_table(d, i);
        else if (is_partition && stands_alone(d, i))
            make_alone(d, i);
    }
}

bool is_cut(const struct differ *d, size_t child, size_t parent)
{
    for (size_t i = 0; i < d->n_cuts; i++)
        if (d->cuts[i].child == child && d->cuts[i].parent == parent)
            return true;
    return false;
}

/* ---- foreign keys of detached partitions ----------------------------------------- */

static bool names_partitioned(const struct side *s, size_t key)
{
    size_t referent = referent_of(s, key);
    return referent != NOWHERE && rec_has(args_of(s, referent), K_partition_by);
}

void lose_detached_keys(struct differ *d)
{
    if (d->options->server_version >= 150000)
        return;
    for (size_t k = 0; k < d->n_cuts; k++) {
        size_t i = d->from.first_in[d->cuts[k].child];
        for (; i != NOWHERE; i = d->from.next_in[i]) {
            const struct object *o = &d->from.catalog->at[i];
            if (o->create->info->kind != OP_create_foreign_key ||
                o->leader == NO_OBJECT || d->from.home[o->leader] != d->cuts[k].parent ||
                !names_partitioned(&d->from, i))
                continue;
            d->drops_if_there[i] = true;
            if (!leaves(d->from.fate[i]))
                lose_object(d, i, FATE_DROPPED);
        }
    }
}
