/* Followers: what partitions and children have from their parents. A follower comes and
 * goes with its leader; what is compared is what it has besides. */
#include "plan/diff_follow.h"

#include "plan/diff_alter.h"
#include "plan/quote.h"

#include <string.h>

bool is_index_like(const struct object *o)
{
    switch (o->create->info->kind) {
    case OP_create_index:
    case OP_create_primary_key:
    case OP_create_unique_constraint:
    case OP_create_exclude_constraint:
        return true;
    default:
        return false;
    }
}

/* ---- columns and checks that stay ------------------------------------------------- */

/* A column that goes from a parent and stays in a child, as the child's own: dropped on
 * ONLY the parent it becomes the own one of every child. */
static void keep_in_children(struct differ *d, size_t leader)
{
    struct side *s = &d->from;
    d->only_drop[leader] = true;
    for (size_t i = 0; i < s->catalog->n; i++)
        if (s->catalog->at[i].leader == leader)
            s->follows[i] = false;
    if (s->follows[leader])
        keep_in_children(d, s->catalog->at[leader].leader);
}

static struct rec *for_column(struct op *op, const struct object *column, str name)
{
    struct rec *r = op->args;
    rec_set(r, K_table, val_str(column->table));
    rec_set(r, K_schema, *rec_at(column->create->args, K_schema));
    rec_set(r, K_column, val_str(name));
    return r;
}

/* A column of the table's own that comes from the parent: its values wait beside it under
 * another name. Where something stands on it, or it says how its values come about, it is
 * just dropped. */
static void carry_values(struct differ *d, size_t from, size_t to)
{
    const struct object *o = &d->from.catalog->at[from];
    const struct rec *old = rec_at(o->create->args, K_column)->rec;
    const struct rec *new = rec_at(d->to.catalog->at[to].create->args, K_column)->rec;
    str name = str_fmt(d->arena, "%.*s_own", STR_ARG(o->name));
    if (d->from.needed_by[from].n || differs(old, new, K_type) ||
        rec_has(old, K_generated) || rec_has(new, K_generated) ||
        rec_has(old, K_identity) || rec_has(new, K_identity) ||
        catalog_by_identity(d->from.index, "column", o->schema, o->table, name) ||
        catalog_by_identity(d->to.index, "column", o->schema, o->table, name))
        return;
    d->stand_in[from] = op_new(d->arena, OP_rename_column);
    rec_set(for_column(d->stand_in[from], o, o->name), K_new_name, val_str(name));
    struct buf b = buf_in(d->arena);
    buf_put(&b, "UPDATE ONLY ");
    quote_name(&b, rec_str(o->create->args, K_schema), o->table);
    buf_put(&b, " SET ");
    quote_ident(&b, o->name);
    buf_put(&b, " = ");
    quote_ident(&b, name);
    rec_set(new_op(d, &d->late[to], OP_execute)->args, K_sql, val_str(buf_done(&b)));
    for_column(new_op(d, &d->late[to], OP_drop_column), o, name);
}

/* What a table has by itself and its parent gets as well would be both: it goes first, to
 * come from the parent. */
static bool comes_from_parent(const struct differ *d, size_t from, size_t to)
{
    const struct object *o = &d->to.catalog->at[to];
    bool by_name =
        is_column_object(o) || o->create->info->kind == OP_create_check_constraint;
    return by_name && d->to.follows[to] &&
           d->from.catalog->at[from].leader == NO_OBJECT && o->leader != NO_OBJECT &&
           d->to.other[o->leader] == NOWHERE;
}

void keep_columns(struct differ *d)
{
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        const struct object *o = &d->from.catalog->at[i];
        size_t twin = d->from.other[i];
        if (twin == NOWHERE)
            continue;
        if (is_column_object(o) && d->from.follows[i] && !d->to.follows[twin] &&
            o->leader != NO_OBJECT && d->from.other[o->leader] == NOWHERE)
            keep_in_children(d, o->leader);
        else if (comes_from_parent(d, i, twin)) {
            if (is_column_object(o))
                carry_values(d, i, twin);
            d->from.other[i] = d->to.other[twin] = NOWHERE;
        }
    }
}

/* A check that held for a child's rows cannot be made not to: it is made anew, from the
 * parent on. */
void follow_checks(struct differ *d)
{
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        const struct object *o = &d->to.catalog->at[i];
        size_t twin = d->to.other[i], leader = o->leader;
        if (o->create->info->kind != OP_create_check_constraint || twin == NOWHERE ||
            !d->to.follows[i] || !d->from.follows[twin] || leader == NO_OBJECT ||
            !rec_bool(o->create->args, K_not_valid) ||
            rec_bool(d->from.catalog->at[twin].create->args, K_not_valid))
            continue;
        while (d->to.follows[leader] && d->to.catalog->at[leader].leader != NO_OBJECT)
            leader = d->to.catalog->at[leader].leader;
        if (d->to.other[leader] != NOWHERE && !leaves(d->from.fate[d->to.other[leader]]))
            lose_object(d, d->to.other[leader], FATE_DROPPED);
    }
}

/* ---- indexes ----------------------------------------------------------------------- */

/* The followers of each object of `to`, as lists. */
struct followers {
    size_t *first, *next;
};

static struct followers followers_of(struct differ *d)
{
    size_t n = d->to.catalog->n;
    struct followers f = {NEW_N(d->arena, size_t, n), NEW_N(d->arena, size_t, n)};
    for (size_t i = 0; i < n; i++)
        f.first[i] = NOWHERE;
    for (size_t i = n; i-- > 0;) {
        size_t leader = d->to.catalog->at[i].leader;
        if (leader == NO_OBJECT || !is_index_like(&d->to.catalog->at[i]))
            continue;
        f.next[i] = f.first[leader];
        f.first[leader] = i;
    }
    return f;
}

static bool is_kept(const struct differ *d, size_t to)
{
    size_t twin = d->to.other[to];
    return twin != NOWHERE && !leaves(d->from.fate[twin]) &&
           d->to.fate[to] != FATE_CREATED;
}

/* Is another index of the table there that would be taken for the follower? */
static bool has_rival(const struct differ *d, size_t follower)
{
    const struct object *o = &d->to.catalog->at[follower];
    size_t i = d->to.first_in[d->to.home[follower]];
    for (; i != NOWHERE; i = d->to.next_in[i]) {
        const struct object *rival = &d->to.catalog->at[i];
        if (i != follower && is_index_like(rival) && rival->leader == NO_OBJECT &&
            str_eq(rival->index_form, o->index_form))
            return true;
    }
    return false;
}

/* Making the leader makes the follower, or takes an index that is there for it. */
static bool comes_by_itself(struct differ *d, size_t leader, size_t follower)
{
    const struct object *o = &d->to.catalog->at[follower];
    if (!d->to.follows[follower])
        return true;
    size_t twin = d->to.other[follower];
    if (is_kept(d, follower) && !d->from.follows[twin])
        return str_eq(d->from.catalog->at[twin].index_form, o->index_form);
    str table = d->to.catalog->at[d->to.home[follower]].name;
    return str_eq(o->name, follower_name(d, leader, table)) && !has_rival(d, follower);
}

static void attach(struct differ *d, size_t leader, size_t follower)
{
    const struct object *l = &d->to.catalog->at[leader];
    const struct object *f = &d->to.catalog->at[follower];
    struct rec *r = new_op(d, &d->late[leader], OP_attach_index)->args;
    rec_set(r, K_name, val_str(l->name));
    rec_set(r, K_schema, *rec_at(l->create->args, K_schema));
    rec_set(r, K_index, val_str(f->name));
    rec_set(r, K_index_schema, *rec_at(f->create->args, K_schema));
}

/* The follower is made by an op of its own, unless it is there, and attached. */
static void make_and_attach(struct differ *d, size_t leader, size_t follower)
{
    size_t twin = d->to.other[follower];
    bool there = is_kept(d, follower) && !d->from.follows[twin];
    d->to.follows[follower] = false;
    if (!there)
        d->to.fate[follower] = FATE_CREATED;
    attach(d, leader, follower);
}

static void lead_new(struct differ *d, const struct followers *f, size_t leader)
{
    const struct rec *r = d->to.catalog->at[leader].create->args;
    bool only = shape_field(r->shape, STR("only")) && rec_bool(r, K_only);
    for (size_t i = f->first[leader]; i != NOWHERE; i = f->next[i])
        only |= !d->to.moves[d->to.home[i]] && !comes_by_itself(d, leader, i);
    d->only[leader] = only;
    for (size_t i = f->first[leader]; only && i != NOWHERE; i = f->next[i])
        if (!d->to.moves[d->to.home[i]])
            make_and_attach(d, leader, i);
}

/* What follows the twin of `leader` in the twin of `table`. */
static size_t old_follower(const struct differ *d, size_t leader, size_t table)
{
    size_t old = d->to.other[leader], i = d->from.first_in[d->to.other[table]];
    while (i != NOWHERE && d->from.catalog->at[i].leader != old)
        i = d->from.next_in[i];
    return i;
}

void rename_in_place(struct differ *d, size_t from, size_t to)
{
    const struct object *o = &d->to.catalog->at[to];
    bool is_index = o->create->info->kind == OP_create_index;
    struct rec *r =
        new_op(d, &d->alters[to], is_index ? OP_rename_index : OP_rename_constraint)
            ->args;
    rec_set(r, K_name, val_str(d->from.catalog->at[from].name));
    rec_set(r, K_new_name, val_str(o->name));
    rec_set(r, K_schema, *rec_at(o->create->args, K_schema));
    if (!is_index)
        rec_set(r, K_table, val_str(o->table));
    d->to.other[to] = from;
    d->from.other[from] = to;
    d->to.fate[to] = d->from.fate[from] = FATE_ALTERED;
}

static void lead_on(struct differ *d, const struct followers *f, size_t leader)
{
    for (size_t i = f->first[leader]; i != NOWHERE; i = f->next[i]) {
        size_t table = d->to.home[i];
        if (d->to.moves[table] || d->to.other[table] == NOWHERE ||
            d->to.fate[table] == FATE_CREATED)
            continue;
        size_t old = old_follower(d, leader, table);
        if (old == NOWHERE)
            make_and_attach(d, leader, i);
        else if (d->from.other[old] == NOWHERE && d->to.other[i] == NOWHERE &&
                 strcmp(d->from.catalog->at[old].kind, d->to.catalog->at[i].kind) == 0)
            rename_in_place(d, old, i);
    }
}

/* Leaders before those that follow them and lead in turn. */
static void lead(struct differ *d, const struct followers *f, bool *done, size_t i)
{
    if (done[i])
        return;
    done[i] = true;
    if (d->to.catalog->at[i].leader != NO_OBJECT)
        lead(d, f, done, d->to.catalog->at[i].leader);
    if (f->first[i] == NOWHERE)
        return;
    if (d->to.fate[i] == FATE_CREATED)
        lead_new(d, f, i);
    else if (is_kept(d, i))
        lead_on(d, f, i);
}

/* An index of a joining partition that equals the parent's and is not attached to it is
 * made after, or it would be taken. */
static void make_last(struct differ *d, size_t i)
{
    const struct object *o = &d->to.catalog->at[i];
    size_t table = d->to.home[i];
    if (table == NOWHERE || !d->to.moves[table] || o->leader != NO_OBJECT)
        return;
    for (size_t k = d->to.first_in[table]; k != NOWHERE; k = d->to.next_in[k]) {
        const struct object *other = &d->to.catalog->at[k];
        if (!is_index_like(other) || other->leader == NO_OBJECT ||
            !str_eq(other->index_form, o->index_form))
            continue;
        d->last[i] = true;
        d->to.fate[i] = FATE_CREATED;
        if (d->to.other[i] != NOWHERE && !leaves(d->from.fate[d->to.other[i]]))
            d->from.fate[d->to.other[i]] = FATE_DROPPED;
        return;
    }
}

void follow_indexes(struct differ *d)
{
    struct followers f = followers_of(d);
    bool *done = NEW_N(d->arena, bool, d->to.catalog->n);
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        const struct object *o = &d->to.catalog->at[i];
        enum op_kind kind = o->create->info->kind;
        size_t table = d->to.home[i];
        /* A trigger of the parent's comes with the place among its partitions. */
        if (kind == OP_enable_trigger || kind == OP_disable_trigger)
            d->last[i] = table != NOWHERE && d->to.moves[table];
        if (!is_index_like(o) || o->ignored)
            continue;
        lead(d, &f, done, i);
        make_last(d, i);
    }
}
