/* What followers have besides what their leaders give them: a partition's own default,
 * NOT NULL, comment, statistics; the comment of its copy of an index. */
#include "plan/diff_follow.h"

#include "plan/diff_alter.h"

#include <string.h>

static const struct rec *wanted_column(const struct differ *d, size_t to)
{
    return column_of(&d->to.catalog->at[to]);
}

/* What ALTER TABLE changes in the children, too, unless told ONLY. Compression, options
 * and comments stay with the table that is named. */
static const enum key handed_down[] = {K_type,      K_collate, K_nullable,  K_default,
                                       K_generated, K_storage, K_statistics};
enum { N_HANDED_DOWN = sizeof handed_down / sizeof *handed_down };

struct heir {
    struct differ *d;
    bool *done;
    unsigned *touched; /* by `to` column: which of handed_down its ops, or those of its
                          leader, set: a bit each */
};

static unsigned touched_by(const struct ops *ops)
{
    unsigned mask = 0;
    for (size_t i = 0; i < ops->n; i++)
        for (unsigned k = 0; k < N_HANDED_DOWN; k++)
            if (ops->at[i]->info->kind == OP_alter_column &&
                rec_has(ops->at[i]->args, handed_down[k]))
                mask |= 1u << k;
    return mask;
}

static void hand_down(struct rec *to, const struct rec *from, enum key k)
{
    if (k == K_nullable && rec_has(from, K_identity))
        rec_set(to, k, val_bool(false));
    else
        rec_set(to, k, *rec_at(from, k));
}

/* The column as it is when its leader has become what it shall be. */
static struct rec *inherited(struct heir *h, size_t column)
{
    struct differ *d = h->d;
    const struct object *o = &d->to.catalog->at[column];
    const struct rec *leader = wanted_column(d, o->leader);
    const struct val none = {.kind = VAL_NONE};
    size_t twin = d->to.other[column], table = d->to.home[column];
    bool new_table = d->to.fate[table] == FATE_CREATED;
    struct rec *r;
    if (new_table || twin == NOWHERE || leaves(d->from.fate[twin])) {
        r = rec_copy(d->arena, leader);
        hand_down(r, leader, K_nullable);
        rec_set(r, K_identity, none);
        rec_set(r, K_comment, none);
        rec_set(r, K_options, none);
        rec_set(r, new_table ? K_statistics : K_compression, none);
        return r;
    }
    r = rec_copy(d->arena, rec_at(d->from.catalog->at[twin].create->args, K_column)->rec);
    for (unsigned k = 0; k < N_HANDED_DOWN; k++)
        if (h->touched[o->leader] & 1u << k)
            hand_down(r, leader, handed_down[k]);
    h->touched[column] |= h->touched[o->leader];
    if (d->bare[twin]) /* it has been taken care of */
        rec_set(r, K_default, *rec_at(wanted_column(d, column), K_default));
    return r;
}

/* Is the column part of a primary key that the partition itself has? */
static bool has_own_key(const struct differ *d, size_t column)
{
    size_t i = d->to.first_in[d->to.home[column]];
    for (; i != NOWHERE; i = d->to.next_in[i]) {
        const struct object *o = &d->to.catalog->at[i];
        if (o->create->info->kind != OP_create_primary_key)
            continue;
        if (list_has(rec_list(o->create->args, K_columns),
                     d->to.catalog->at[column].name))
            return true;
    }
    return false;
}

/* What CREATE TABLE … PARTITION OF can say of a column; NULL when that is not enough. */
static struct rec *said_at_once(struct differ *d, size_t column, const struct rec *has)
{
    static const enum key sayable[] = {K_nullable,   K_default, K_comment,
                                       K_statistics, K_options, K_storage};
    const struct rec *wanted = wanted_column(d, column);
    struct rec *r = rec_new(d->arena, &shape_column);
    rec_set(r, K_name, *rec_at(wanted, K_name));
    rec_set(r, K_type, *rec_at(wanted, K_type));
    for (size_t i = 0; i < wanted->shape->n_fields; i++) {
        enum key k = wanted->shape->fields[i].key;
        size_t n = 0;
        if (!differs(has, wanted, k))
            continue;
        while (n < sizeof sayable / sizeof *sayable && sayable[n] != k)
            n++;
        if (n == sizeof sayable / sizeof *sayable || !rec_has(wanted, k))
            return NULL;
        rec_set(r, k, *rec_at(wanted, k));
    }
    return r;
}

/* A column of the table's own, and of its parent's, before and after. */
static bool is_shared(const struct differ *d, size_t column)
{
    size_t twin = d->to.other[column], leader = d->to.catalog->at[column].leader;
    return d->to.catalog->at[column].shared && twin != NOWHERE && leader != NO_OBJECT &&
           d->from.catalog->at[twin].shared && d->to.fate[column] != FATE_CREATED &&
           !is_cut(d, d->from.home[twin], d->from.home[d->from.catalog->at[twin].leader]);
}

static void settle_column(struct heir *h, size_t column)
{
    struct differ *d = h->d;
    const struct object *o = &d->to.catalog->at[column];
    if (h->done[column])
        return;
    h->done[column] = true;
    if (o->leader != NO_OBJECT)
        settle_column(h, o->leader);
    if (is_shared(d, column))
        d->alters[column].n = 0;
    else if (o->leader == NO_OBJECT || !d->to.follows[column] || o->ignored) {
        h->touched[column] =
            touched_by(&d->alters[column]) | touched_by(&d->early[column]);
        return;
    }
    size_t table = d->to.home[column];
    bool new_table = d->to.fate[table] == FATE_CREATED;
    struct rec *has = inherited(h, column);
    if (new_table && has_own_key(d, column))
        rec_set(has, K_nullable, *rec_at(wanted_column(d, column), K_nullable));
    if (rec_eq(has, wanted_column(d, column)))
        return;
    bool is_partition = rec_has(d->to.catalog->at[table].create->args, K_partition_of);
    if (new_table && is_partition)
        d->extra[column] = said_at_once(d, column, has);
    if (d->extra[column])
        return;
    struct object before = *o;
    before.create = op_copy(d->arena, o->create);
    rec_set(before.create->args, K_column, val_rec(has));
    alter_columns(d, &before, o, &d->alters[column], &d->upsets[column]);
    if (d->alters[column].n)
        d->to.fate[column] = FATE_ALTERED;
    h->touched[column] |= touched_by(&d->alters[column]);
}

/* An index or constraint as it is when its leader has made it. */
static struct object made_by_leader(struct differ *d, size_t i)
{
    struct object o = d->to.catalog->at[i];
    const struct rec *leader = d->to.catalog->at[o.leader].create->args;
    o.create = op_copy(d->arena, o.create);
    struct rec *r = o.create->args;
    rec_set(r, K_comment, (struct val){.kind = VAL_NONE});
    if (is_index_like(&o))
        rec_set(r, K_with, *rec_at(leader, K_with));
    /* Beside a new table the order decides: see order.c. */
    bool new_table = d->to.fate[d->to.home[i]] == FATE_CREATED;
    if (shape_field(r->shape, STR("not_valid")) && leader->shape == r->shape &&
        !new_table)
        rec_set(r, K_not_valid, *rec_at(leader, K_not_valid));
    return o;
}

static void settle_other(struct differ *d, size_t i)
{
    const struct object *o = &d->to.catalog->at[i];
    size_t twin = d->to.other[i];
    bool there = twin != NOWHERE && !leaves(d->from.fate[twin]);
    struct object before = there ? d->from.catalog->at[twin] : made_by_leader(d, i);
    struct ops more = {0};
    if (there && !str_eq(before.name, o->name)) { /* it has been renamed by now */
        before.create = op_copy(d->arena, before.create);
        rec_set(before.create->args, K_name, val_str(o->name));
    }
    if (op_eq(before.create, o->create) ||
        !alter_object(d, &before, o, &more, &d->upsets[i]) || more.n == 0)
        return;
    for (size_t k = 0; k < more.n; k++)
        ops_add(&d->alters[i], more.at[k], d->arena);
    d->to.fate[i] = FATE_ALTERED;
}

void follow_properties(struct differ *d)
{
    size_t n = d->to.catalog->n;
    struct heir h = {d, NEW_N(d->arena, bool, n), NEW_N(d->arena, unsigned, n)};
    for (size_t i = 0; i < n; i++) {
        const struct object *o = &d->to.catalog->at[i];
        if (is_column_object(o))
            settle_column(&h, i);
        else if (d->to.follows[i] && o->leader != NO_OBJECT && !o->ignored &&
                 d->to.home[o->leader] != d->to.home[i])
            settle_other(d, i);
    }
}
