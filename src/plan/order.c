/* The order of a diff's actions: what is needed first is made first and dropped last. */
#include "plan/diff_follow.h"

#include "plan/circle.h"
#include "plan/reverse.h"

#include <string.h>

struct graph_of_actions {
    struct action *at;
    size_t n, room;
    size_t *drop_of;   /* by `from` object: index of its drop or alter, or NOWHERE */
    size_t *make_of;   /* by `to` object: index of its create or alter, or NOWHERE */
    size_t *unbind_of; /* by `from` object: what opens a circle before the drops */
    size_t *early_of, *late_of; /* by `to` object: what is done before and after that */
    struct edges {
        size_t *at;
        size_t n, room;
    } * after;       /* by action: the actions that must wait for it */
    size_t *waiting; /* by action: how many it still waits for */
    size_t *rank;    /* by action: smaller first among those that may go */
};

static bool is_dropped(const struct differ *d, size_t i)
{
    return d->from.fate[i] == FATE_DROPPED;
}

/* A revoke in a catalog takes away what the built-in default gives: its undoing gives. */
static struct op *give_back(struct differ *d, const struct op *revoke, enum op_kind kind)
{
    struct op *grant = op_new(d->arena, kind);
    const struct rec *from = revoke->args;
    for (size_t i = 0; i < from->shape->n_fields; i++)
        if (shape_field(grant->args->shape, key_word(from->shape->fields[i].key)))
            rec_set(grant->args, from->shape->fields[i].key, from->at[i]);
    return grant;
}

static struct op *drop_of(struct differ *d, const struct object *o)
{
    if (o->create->info->kind == OP_revoke)
        return give_back(d, o->create, OP_grant);
    if (o->create->info->kind == OP_revoke_default_privileges)
        return give_back(d, o->create, OP_grant_default_privileges);
    return op_reverse(o->create, d->arena, d->err);
}

/* The columns of a new table are part of its literal, and have no action of their own. */
static bool comes_with_table(const struct differ *d, size_t i)
{
    size_t table = d->to.table_of[i];
    return table != NOWHERE && d->to.fate[table] == FATE_CREATED &&
           strcmp(d->to.catalog->at[i].kind, "column") == 0;
}

/* Whether keys of other tables to a partitioned table hold one of its partitions: it must
 * be detached before it is dropped. */
static bool is_held(const struct differ *d, size_t table)
{
    const struct side *s = &d->from;
    for (size_t key = s->first_in[table]; key != NOWHERE; key = s->next_in[key]) {
        for (size_t i = 0; i < s->needed_by[key].n; i++) {
            size_t by = s->needed_by[key].at[i].object;
            const struct object *o = &s->catalog->at[by];
            if (o->create->info->kind == OP_create_foreign_key && s->follows[by] &&
                s->home[by] != table && o->leader != NO_OBJECT &&
                !leaves(s->fate[o->leader]))
                return true;
        }
    }
    return false;
}

/* Is a key of a partition's own attached to this index? PostgreSQL drops an index of the
 * partition with it, but a constraint only when told to cascade. */
static bool holds_key(const struct differ *d, size_t from)
{
    const struct side *s = &d->from;
    if (!is_index_like(&s->catalog->at[from]))
        return false;
    for (size_t i = 0; i < s->needed_by[from].n; i++) {
        size_t by = s->needed_by[from].at[i].object;
        if (s->catalog->at[by].leader == from && !s->follows[by] &&
            s->fate[by] == FATE_GONE)
            return true;
    }
    return false;
}

static bool drop_ops(struct differ *d, size_t from, struct ops *ops)
{
    const struct object *o = &d->from.catalog->at[from];
    if (d->stand_in[from]) {
        ops_add(ops, d->stand_in[from], d->arena);
        return true;
    }
    struct op *drop = drop_of(d, o);
    if (!drop)
        return false;
    if (is_table_object(&d->from, from) && rec_has(o->create->args, K_partition_of) &&
        is_held(d, from))
        leave_op(d, ops, o->create->args, 0);
    if (holds_key(d, from))
        rec_set(drop->args, K_cascade, val_bool(true));
    if (d->drops_if_there[from])
        rec_set(drop->args, K_if_exists, val_bool(true));
    if (d->only_drop[from])
        rec_set(drop->args, K_only, val_bool(true));
    ops_add(ops, drop, d->arena);
    return true;
}

static struct op *create_op(struct differ *d, size_t to)
{
    struct op *op = op_copy(d->arena, d->to.catalog->at[to].create);
    if (d->alone[to])
        rec_set(op->args, K_partition_of, (struct val){.kind = VAL_NONE});
    if (d->only[to])
        rec_set(op->args, K_only, val_bool(true));
    return op;
}

static size_t add_action(struct differ *d, struct graph_of_actions *g,
                         struct action action)
{
    *PUSH(d->arena, g->at, g->n, g->room) = action;
    return g->n - 1;
}

/* One action for each object that has something to do. */
static bool collect(struct differ *d, struct graph_of_actions *g)
{
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        g->drop_of[i] = g->unbind_of[i] = NOWHERE;
        if (d->from.part[i] != PART_NONE) {
            struct action unbind = {.kind = ACTION_DROP, .object = i};
            undo_second_part(d, &d->from, i, &unbind.ops);
            g->unbind_of[i] = add_action(d, g, unbind);
        }
        if (!is_dropped(d, i))
            continue;
        struct action action = {.kind = ACTION_DROP, .object = i};
        if (!drop_ops(d, i, &action.ops))
            return false;
        g->drop_of[i] = add_action(d, g, action);
    }
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        g->make_of[i] = g->early_of[i] = g->late_of[i] = NOWHERE;
        enum fate fate = d->to.fate[i];
        if (d->early[i].n)
            g->early_of[i] =
                add_action(d, g, (struct action){ACTION_EARLY, i, d->early[i]});
        if (fate == FATE_CREATED)
            second_part(d, &d->to, i, &d->late[i]);
        if (d->late[i].n)
            g->late_of[i] = add_action(d, g, (struct action){ACTION_LATE, i, d->late[i]});
        if (fate == FATE_CREATED && comes_with_table(d, i))
            continue;
        struct action action = {.kind = ACTION_CREATE, .object = i};
        if (fate == FATE_CREATED) {
            ops_add(&action.ops,
                    d->to.part[i] != PART_NONE ? first_part(d, &d->to, i)
                                               : create_op(d, i),
                    d->arena);
            undo_default_privileges(d, i, &action.ops);
            g->make_of[i] = add_action(d, g, action);
        } else if (fate == FATE_ALTERED && d->alters[i].n) {
            g->make_of[i] =
                add_action(d, g, (struct action){ACTION_ALTER, i, d->alters[i]});
        }
    }
    return true;
}

static void wait_for(struct differ *d, struct graph_of_actions *g, size_t later,
                     size_t first)
{
    if (later == NOWHERE || first == NOWHERE || later == first)
        return;
    struct edges *edges = &g->after[first];
    *PUSH(d->arena, edges->at, edges->n, edges->room) = later;
    g->waiting[later]++;
}

/* The action that makes an object, or the object it comes with. */
static size_t maker(struct differ *d, struct graph_of_actions *g, size_t i)
{
    if (g->make_of[i] == NOWHERE && d->to.table_of[i] != NOWHERE)
        return g->make_of[d->to.table_of[i]];
    return g->make_of[i];
}

/* The action after which a `from` object stands no longer in the way. */
static size_t remover(struct differ *d, struct graph_of_actions *g, size_t i)
{
    enum fate fate = d->from.fate[i];
    if (fate == FATE_DROPPED)
        return g->drop_of[i];
    if (fate == FATE_ALTERED)
        return g->make_of[d->from.other[i]];
    if (fate == FATE_GONE) {
        size_t table = d->from.table_of[i], leader = d->from.catalog->at[i].leader;
        if (d->from.follows[i] && leader != NO_OBJECT &&
            (table == NOWHERE || !leaves(d->from.fate[table])))
            return remover(d, g, leader);
        if (table != NOWHERE && table != i)
            return remover(d, g, table);
        for (size_t k = 0; k < d->from.catalog->at[i].n_needs; k++) {
            struct need need = d->from.catalog->at[i].needs[k];
            if (need.automatic && is_dropped(d, need.object))
                return g->drop_of[need.object];
        }
    }
    return NOWHERE;
}

/* What alters the type of a `from` column together with the column, else NOWHERE. */
static size_t type_maker(const struct differ *d, const struct graph_of_actions *g,
                         size_t column)
{
    if (column == NOWHERE || d->retypes[column].how != RETYPE_WITH_TYPE)
        return NOWHERE;
    return g->make_of[d->from.other[d->retypes[column].type]];
}

/* The kinds of objects that share one space of names. */
static const char *const relations[] = {
    "table", "foreign table", "view", "materialized view", "sequence", "index", "type"};
enum { N_RELATIONS = sizeof relations / sizeof *relations };

static bool is_relation(const struct object *o)
{
    for (size_t i = 0; i < N_RELATIONS; i++)
        if (strcmp(o->kind, relations[i]) == 0)
            return true;
    return false;
}

/* A name must be free before it is taken: by an object of the same identity, or by
 * another kind of relation of the same name. */
static void free_names(struct differ *d, struct graph_of_actions *g, size_t to)
{
    const struct object *o = &d->to.catalog->at[to];
    if (d->to.other[to] != NOWHERE)
        wait_for(d, g, g->make_of[to], remover(d, g, d->to.other[to]));
    if (!is_relation(o))
        return;
    for (size_t i = 0; i < N_RELATIONS; i++) {
        const struct object *holder = catalog_by_identity(d->from.index, relations[i],
                                                          o->schema, STR_NONE, o->name);
        if (holder)
            wait_for(d, g, g->make_of[to],
                     remover(d, g, (size_t)(holder - d->from.catalog->at)));
    }
}

/* A table leaves its parent before either of them changes. */
static void leave_first(struct differ *d, struct graph_of_actions *g, size_t child,
                        size_t parent)
{
    const size_t tables[] = {child, parent};
    size_t leave = g->early_of[d->from.other[child]];
    for (size_t k = 0; k < 2; k++) {
        wait_for(d, g, remover(d, g, tables[k]), leave);
        for (size_t i = d->from.first_in[tables[k]]; i != NOWHERE; i = d->from.next_in[i])
            wait_for(d, g, remover(d, g, i), leave);
        size_t twin = d->from.other[tables[k]];
        for (size_t i = twin == NOWHERE ? NOWHERE : d->to.first_in[twin]; i != NOWHERE;
             i = d->to.next_in[i])
            wait_for(d, g, g->make_of[i], leave);
    }
}

/* A table joins its parent when both are what they shall be. */
static void join_last(struct differ *d, struct graph_of_actions *g, size_t child,
                      size_t parent)
{
    const size_t tables[] = {child, parent};
    size_t join = g->late_of[child];
    for (size_t k = 0; k < 2; k++) {
        wait_for(d, g, join, g->make_of[tables[k]]);
        for (size_t i = d->to.first_in[tables[k]]; i != NOWHERE; i = d->to.next_in[i])
            if (d->last[i])
                wait_for(d, g, g->make_of[i], join);
            else
                wait_for(d, g, join, g->make_of[i]);
        size_t twin = d->to.other[tables[k]];
        for (size_t i = twin == NOWHERE ? NOWHERE : d->from.first_in[twin]; i != NOWHERE;
             i = d->from.next_in[i])
            wait_for(d, g, join, remover(d, g, i));
    }
}

/* The bounds of partitions that go must be free for those that come. */
static void free_bounds(struct differ *d, struct graph_of_actions *g, size_t table)
{
    size_t parent = parent_at(&d->to, table, 0);
    size_t twin = parent == NOWHERE ? NOWHERE : d->to.other[parent];
    size_t come = d->to.moves[table] ? g->late_of[table] : g->make_of[table];
    if (twin == NOWHERE || come == NOWHERE)
        return;
    for (size_t i = 0; i < d->from.needed_by[twin].n; i++) {
        size_t other = d->from.needed_by[twin].at[i].object;
        if (!is_table_object(&d->from, other))
            continue;
        wait_for(d, g, come, g->drop_of[other]);
        if (d->from.other[other] != NOWHERE && d->from.moves[other])
            wait_for(d, g, come, g->early_of[d->from.other[other]]);
    }
}

/* What is told of a follower is told when its leader is done, and a new partition is made
 * of a parent that is. */
static void follow(struct differ *d, struct graph_of_actions *g, size_t i)
{
    size_t leader = d->to.catalog->at[i].leader, table = d->to.home[i];
    if (leader == NO_OBJECT || table == NOWHERE || table == d->to.home[leader])
        return;
    wait_for(d, g, g->late_of[leader], g->make_of[i]);
    if (d->to.follows[i]) {
        /* A leader that follows comes with its own, which may be further up. */
        for (size_t up = leader; up != NO_OBJECT; up = d->to.catalog->at[up].leader) {
            wait_for(d, g, g->make_of[i], maker(d, g, up));
            wait_for(d, g, g->late_of[i], maker(d, g, up));
            if (!d->to.follows[up])
                break;
        }
        if (d->to.fate[table] != FATE_CREATED)
            return;
        const struct object *o = &d->to.catalog->at[i];
        bool is_check = o->create->info->kind == OP_create_check_constraint;
        if (is_check && rec_bool(o->create->args, K_not_valid))
            wait_for(d, g, maker(d, g, leader), g->make_of[table]);
        else if (is_check || is_column_object(o))
            wait_for(d, g, g->make_of[table], maker(d, g, leader));
    } else if (d->to.catalog->at[i].shared && d->to.fate[leader] == FATE_ALTERED) {
        wait_for(d, g, g->make_of[i], g->make_of[leader]);
    } else if (!d->to.moves[table] && d->to.fate[leader] == FATE_CREATED) {
        wait_for(d, g, g->make_of[leader], g->make_of[d->only[leader] ? table : i]);
    }
}

/* The place of a foreign table is an object: taken last, and left first. */
static void place_foreign(struct differ *d, struct graph_of_actions *g)
{
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        enum op_kind kind = d->to.catalog->at[i].create->info->kind;
        size_t at = d->to.home[i];
        if (g->make_of[i] == NOWHERE || at == NOWHERE ||
            (kind != OP_attach_partition && kind != OP_inherit))
            continue;
        for (size_t k = d->to.first_in[at]; k != NOWHERE; k = d->to.next_in[k])
            wait_for(d, g, g->make_of[i], g->make_of[k]);
    }
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        enum op_kind kind = d->from.catalog->at[i].create->info->kind;
        size_t at = d->from.home[i];
        if (g->drop_of[i] == NOWHERE || at == NOWHERE ||
            (kind != OP_attach_partition && kind != OP_inherit))
            continue;
        for (size_t k = d->from.first_in[at]; k != NOWHERE; k = d->from.next_in[k])
            wait_for(d, g, remover(d, g, k), g->drop_of[i]);
    }
}

static void place(struct differ *d, struct graph_of_actions *g)
{
    place_foreign(d, g);
    /* What a child has of a parent's column can go when it is the child's own. */
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        size_t leader = d->from.catalog->at[i].leader;
        if (leader != NO_OBJECT && d->only_drop[leader])
            wait_for(d, g, g->drop_of[i], g->drop_of[leader]);
    }
    for (size_t i = 0; i < d->n_cuts; i++)
        leave_first(d, g, d->cuts[i].child, d->cuts[i].parent);
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        follow(d, g, i);
        size_t n = n_parents(&d->to, i);
        for (size_t k = 0; k < n && d->to.moves[i]; k++)
            if (parent_at(&d->to, i, k) != NOWHERE)
                join_last(d, g, i, parent_at(&d->to, i, k));
        if (n && (d->to.moves[i] || d->to.fate[i] == FATE_CREATED))
            free_bounds(d, g, i);
    }
}

/* What a `to` object needs is made first. */
static void make_needs(struct differ *d, struct graph_of_actions *g, size_t i)
{
    const struct catalog *c = d->to.catalog;
    const struct object *o = &c->at[i];
    /* What a partition has from its parent needs nothing of its own. */
    size_t make = d->to.follows[i] && !d->extra[i] ? g->make_of[i] : maker(d, g, i);
    wait_for(d, g, make, g->early_of[i]);
    wait_for(d, g, g->late_of[i], make);
    if (make == NOWHERE)
        return;
    for (size_t k = 0; k < o->n_needs; k++) {
        size_t needed = o->needs[k].object;
        if (o->needs[k].ends_only)
            continue;
        /* the index that it is attached to: see follow */
        if (needed == o->leader && !d->to.follows[i])
            continue;
        if (is_second_part(&d->to, i, &o->needs[k])) {
            wait_for(d, g, g->late_of[i], maker(d, g, needed));
            continue;
        }
        wait_for(d, g, make, maker(d, g, needed));
        wait_for(d, g, make, type_maker(d, g, d->to.other[needed]));
        /* those outside of a circle wait for the whole */
        if (d->to.part[needed] != PART_NONE && d->to.circle[needed] != d->to.circle[i])
            wait_for(d, g, make, g->late_of[needed]);
        for (size_t n = needed; d->to.follows[n] && c->at[n].leader != NO_OBJECT;
             n = c->at[n].leader)
            wait_for(d, g, make, maker(d, g, c->at[n].leader));
        /* a key can be referred to when it holds for every partition */
        if (d->only[needed])
            wait_for(d, g, make, g->late_of[needed]);
    }
    if (d->to.table_of[i] != NOWHERE)
        wait_for(d, g, make, g->make_of[d->to.table_of[i]]);
    if (d->to.fate[i] == FATE_CREATED)
        free_names(d, g, i);
}

/* What a `from` object needs can go, or change, when the object is out of its way. */
static void leave_need(struct differ *d, struct graph_of_actions *g, size_t i,
                       struct need need)
{
    const struct catalog *from = d->from.catalog;
    size_t gone = remover(d, g, i), twin = d->from.other[i], needed = need.object;
    if (is_second_part(&d->from, i, &need)) {
        wait_for(d, g, remover(d, g, needed), g->unbind_of[i]);
        return;
    }
    while (d->from.follows[needed] && d->from.fate[needed] == FATE_KEPT &&
           from->at[needed].leader != NO_OBJECT)
        needed = from->at[needed].leader;
    size_t other = d->from.other[needed];
    size_t early = twin == NOWHERE ? NOWHERE : g->early_of[twin];
    size_t early_needed = other == NOWHERE ? NOWHERE : g->early_of[other];
    enum fate fate = d->from.fate[needed];
    if (early != NOWHERE && need.of_default) {
        wait_for(d, g, remover(d, g, needed), early);
        return;
    }
    if (fate == FATE_DROPPED)
        wait_for(d, g, early, early_needed);
    if (d->from.fate[i] == FATE_DROPPED) {
        wait_for(d, g, type_maker(d, g, needed), gone);
        if (fate == FATE_DROPPED || (d->retypes[needed].detour && fate == FATE_ALTERED))
            wait_for(d, g, early_needed, gone);
    }
    if (early != NOWHERE && d->retypes[i].detour && fate == FATE_DROPPED) {
        wait_for(d, g, remover(d, g, needed), early);
        return;
    }
    if (leaves(fate) || (fate == FATE_ALTERED && d->from.fate[i] == FATE_DROPPED))
        wait_for(d, g, remover(d, g, needed), gone);
    if (fate == FATE_ALTERED)
        wait_for(d, g, g->make_of[other], early);
}

static void connect(struct differ *d, struct graph_of_actions *g)
{
    for (size_t i = 0; i < d->to.catalog->n; i++)
        make_needs(d, g, i);
    place(d, g);
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        wait_for(d, g, g->drop_of[i], g->unbind_of[i]);
        for (size_t k = 0; k < d->from.catalog->at[i].n_needs; k++)
            leave_need(d, g, i, d->from.catalog->at[i].needs[k]);
    }
}

enum { DEEPEST = 64 }; /* tables that reference each other in a row */

/* How deep each table of `to` stands in foreign keys: one more than the deepest that it
 * names. Tables are then made after those they name, and their keys can stand in their
 * literals. In a circle the depth stops at a limit: nothing depends on it. */
static size_t *depths(struct differ *d)
{
    const struct catalog *c = d->to.catalog;
    size_t *depth = NEW_N(d->arena, size_t, c->n);
    bool changed = true;
    for (int round = 0; round < DEEPEST && changed; round++) {
        changed = false;
        for (size_t i = 0; i < c->n; i++) {
            size_t table = d->to.table_of[i];
            if (c->at[i].create->info->kind != OP_create_foreign_key || table == NOWHERE)
                continue;
            size_t at = referent_of(&d->to, i);
            if (at == NOWHERE)
                continue;
            if (at != table && depth[table] <= depth[at] && depth[at] < DEEPEST) {
                depth[table] = depth[at] + 1;
                changed = true;
            }
        }
    }
    return depth;
}

static bool is_default_privilege(const struct object *o)
{
    enum op_kind kind = o->create->info->kind;
    return kind == OP_grant_default_privileges || kind == OP_revoke_default_privileges;
}

/* Drops go first, in the opposite order of the catalog; then all else, tables with what
 * belongs to them. Default privileges come last: they shall not touch what is made here.
 */
static void rank(struct differ *d, struct graph_of_actions *g)
{
    size_t from_n = d->from.catalog->n, to_n = d->to.catalog->n + 1;
    const size_t *depth = depths(d);
    size_t first_table = to_n;
    for (size_t i = d->to.catalog->n; i-- > 0;)
        if (strcmp(d->to.catalog->at[i].kind, "table") == 0)
            first_table = i;
    for (size_t i = 0; i < g->n; i++) {
        const struct action *action = &g->at[i];
        if (action->kind == ACTION_DROP) {
            g->rank[i] = from_n - action->object;
            continue;
        }
        size_t table = d->to.table_of[action->object];
        size_t head = table == NOWHERE ? action->object : table;
        size_t place = action->kind == ACTION_LATE ? to_n - 1 : action->object;
        size_t layer = head < first_table ? 0 : 1 + depth[head];
        if (is_default_privilege(&d->to.catalog->at[action->object]))
            layer = DEEPEST + 2;
        if (action->kind == ACTION_EARLY) {
            g->rank[i] = from_n;
            continue;
        }
        g->rank[i] = from_n + 1 + (layer * to_n + head) * to_n + place;
    }
}

/* A heap of the actions that may go, smallest rank on top. */
struct heap {
    size_t *at;
    size_t n;
    const size_t *rank;
};

static void heap_swap(struct heap *h, size_t i, size_t j)
{
    size_t kept = h->at[i];
    h->at[i] = h->at[j];
    h->at[j] = kept;
}

static void heap_push(struct heap *h, size_t action)
{
    size_t i = h->n++;
    h->at[i] = action;
    while (i && h->rank[h->at[i]] < h->rank[h->at[(i - 1) / 2]]) {
        heap_swap(h, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static size_t heap_pop(struct heap *h)
{
    size_t top = h->at[0], i = 0;
    h->at[0] = h->at[--h->n];
    for (;;) {
        size_t least = i, left = 2 * i + 1, right = left + 1;
        if (left < h->n && h->rank[h->at[left]] < h->rank[h->at[least]])
            least = left;
        if (right < h->n && h->rank[h->at[right]] < h->rank[h->at[least]])
            least = right;
        if (least == i)
            return top;
        heap_swap(h, i, least);
        i = least;
    }
}

/* A circle that no second part opens (diff.circles names it): the action of the smallest
 * rank goes, and the server has the last word. */
static size_t least_waiting(const struct graph_of_actions *g, const bool *done)
{
    size_t least = NOWHERE;
    for (size_t i = 0; i < g->n; i++)
        if (!done[i] && (least == NOWHERE || g->rank[i] < g->rank[least]))
            least = i;
    return least;
}

bool order_actions(struct differ *d, struct action **out, size_t *n)
{
    struct arena *a = d->arena;
    struct graph_of_actions g = {0};
    g.drop_of = NEW_N(a, size_t, d->from.catalog->n);
    g.unbind_of = NEW_N(a, size_t, d->from.catalog->n);
    g.make_of = NEW_N(a, size_t, d->to.catalog->n);
    g.early_of = NEW_N(a, size_t, d->to.catalog->n);
    g.late_of = NEW_N(a, size_t, d->to.catalog->n);
    if (!collect(d, &g))
        return false;
    g.after = NEW_N(a, struct edges, g.n);
    g.waiting = NEW_N(a, size_t, g.n);
    g.rank = NEW_N(a, size_t, g.n);
    connect(d, &g);
    rank(d, &g);

    struct heap ready = {NEW_N(a, size_t, g.n), 0, g.rank};
    bool *done = NEW_N(a, bool, g.n);
    struct action *ordered = NEW_N(a, struct action, g.n);
    for (size_t i = 0; i < g.n; i++)
        if (g.waiting[i] == 0)
            heap_push(&ready, i);
    for (size_t count = 0; count < g.n; count++) {
        size_t next = ready.n ? heap_pop(&ready) : least_waiting(&g, done);
        done[next] = true;
        ordered[count] = g.at[next];
        for (size_t k = 0; k < g.after[next].n; k++) {
            size_t later = g.after[next].at[k];
            if (!done[later] && --g.waiting[later] == 0)
                heap_push(&ready, later);
        }
    }
    *out = ordered;
    *n = g.n;
    return true;
}
