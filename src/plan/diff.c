#include "plan/diff.h"

#include "plan/circle.h"
#include "plan/diff_follow.h"
#include "plan/diff_rename.h"
#include "plan/reverse.h"

#include <string.h>

/* What has its home in each table, in the order of the catalog. */
static void find_homes(struct side *s)
{
    const struct catalog *c = s->catalog;
    for (size_t i = 0; i < c->n; i++)
        s->first_in[i] = s->next_in[i] = NOWHERE;
    for (size_t i = c->n; i-- > 0;) {
        const struct object *o = &c->at[i];
        s->home[i] = s->table_of[i];
        if (o->create->info->kind == OP_create_index) {
            const struct object *t =
                catalog_by_identity(s->index, "table", o->schema, STR_NONE,
                                    rec_str(o->create->args, K_table));
            s->home[i] = t ? (size_t)(t - c->at) : NOWHERE;
        }
        if (s->home[i] == NOWHERE)
            continue;
        s->next_in[i] = s->first_in[s->home[i]];
        s->first_in[s->home[i]] = i;
    }
}

/* What an object belongs to; NOWHERE when the catalog does not have it. */
static size_t owner_of(const struct side *s, const struct object *o)
{
    static const char *const kinds[] = {"table",         "view", "materialized view",
                                        "foreign table", "type", "domain"};
    const struct object *owner = NULL;
    for (size_t k = 0; !owner && k < sizeof kinds / sizeof *kinds; k++)
        owner = catalog_by_identity(s->index, kinds[k], o->schema, STR_NONE, o->table);
    return owner ? (size_t)(owner - s->catalog->at) : NOWHERE;
}

static struct side side_of(const struct catalog *c, struct arena *a)
{
    struct side s = {.catalog = c, .index = catalog_index(c, a)};
    s.fate = NEW_N(a, enum fate, c->n);
    s.other = NEW_N(a, size_t, c->n);
    s.table_of = NEW_N(a, size_t, c->n);
    s.home = NEW_N(a, size_t, c->n);
    s.first_in = NEW_N(a, size_t, c->n);
    s.next_in = NEW_N(a, size_t, c->n);
    s.follows = NEW_N(a, bool, c->n);
    s.moves = NEW_N(a, bool, c->n);
    s.needed_by = NEW_N(a, struct revneeds, c->n);
    for (size_t i = 0; i < c->n; i++) {
        const struct object *o = &c->at[i];
        s.other[i] = NOWHERE;
        s.follows[i] = o->follows;
        for (size_t j = 0; j < o->n_needs; j++) {
            struct revneeds *back = &s.needed_by[o->needs[j].object];
            *PUSH(a, back->at, back->n, back->room) = (struct need){
                i, o->needs[j].automatic, o->needs[j].ends_only, o->needs[j].of_default};
        }
        s.table_of[i] = o->table.n ? owner_of(&s, o) : NOWHERE;
    }
    find_homes(&s);
    return s;
}

static void match(struct differ *d)
{
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        const struct object *o = &d->to.catalog->at[i];
        const struct object *twin =
            catalog_by_identity(d->from.index, o->kind, o->schema, o->table, o->name);
        if (!twin)
            continue;
        size_t j = (size_t)(twin - d->from.catalog->at);
        d->to.other[i] = j;
        d->from.other[j] = i;
    }
}

static bool is_left_alone(const struct side *s, size_t i)
{
    return s->follows[i] || s->catalog->at[i].ignored;
}

/* What becomes of each object when nothing else is considered. */
static void judge(struct differ *d)
{
    for (size_t i = 0; i < d->from.catalog->n; i++)
        if (d->from.other[i] == NOWHERE && !is_left_alone(&d->from, i))
            d->from.fate[i] = FATE_DROPPED;
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        const struct object *o = &d->to.catalog->at[i];
        size_t j = d->to.other[i];
        if (is_left_alone(&d->to, i))
            continue;
        if (j == NOWHERE) {
            d->to.fate[i] = FATE_CREATED;
            continue;
        }
        const struct object *twin = &d->from.catalog->at[j];
        if (twin->ignored || !str_eq(twin->name, o->name)) /* renamed, and else equal */
            continue;
        bool is_placed = d->early[i].n || d->late[i].n;
        if (is_placed)
            d->to.fate[i] = d->from.fate[j] = FATE_ALTERED;
        if (op_eq(o->create, twin->create))
            continue;
        if (alter_object(d, twin, o, &d->alters[i], &d->upsets[i])) {
            if (d->alters[i].n) {
                d->to.fate[i] = FATE_ALTERED;
                d->from.fate[j] = FATE_ALTERED;
            }
        } else {
            d->to.fate[i] = FATE_CREATED;
            d->from.fate[j] = d->from.follows[j] ? FATE_GONE : FATE_DROPPED;
        }
    }
}

bool leaves(enum fate f)
{
    return f == FATE_DROPPED || f == FATE_GONE;
}

void lose_object(struct differ *d, size_t i, enum fate how)
{
    d->from.fate[i] = how;
    size_t twin = d->from.other[i];
    if (twin != NOWHERE && !d->to.follows[twin]) {
        d->to.fate[twin] = FATE_CREATED;
        d->alters[twin].n = 0;
    }
}

/* The table that an object is, or stands in. */
static size_t table_at(const struct side *s, size_t i)
{
    return s->home[i] == NOWHERE ? i : s->home[i];
}

/* What only a default names may go when the default is away meanwhile. */
static bool part_from_default(struct differ *d, size_t column)
{
    size_t twin = d->from.other[column];
    if (leaves(d->from.fate[column]) || d->bare[column])
        return false;
    d->bare[column] = true;
    d->from.fate[column] = FATE_ALTERED;
    if (d->to.fate[twin] == FATE_KEPT)
        d->to.fate[twin] = FATE_ALTERED;
    return true;
}

/* Does what is changed in place do without the object, which goes for good? */
static bool does_without(const struct differ *d, size_t dependent, size_t needed)
{
    enum op_kind kind = d->from.catalog->at[needed].create->info->kind;
    if (d->from.other[needed] != NOWHERE || d->from.fate[dependent] != FATE_ALTERED)
        return false;
    switch (d->from.catalog->at[dependent].create->info->kind) {
    case OP_create_table:
        return kind == OP_create_access_method;
    case OP_create_text_search_configuration:
        return kind == OP_create_text_search_dictionary;
    case OP_create_foreign_data_wrapper:
        return kind == OP_create_function;
    default:
        return false;
    }
}

/* What a dropped object takes with it: its dependents, whole or by their own drop. */
static bool spread_from(struct differ *d, size_t i)
{
    bool changed = false;
    bool dropped = leaves(d->from.fate[i]);
    bool upset =
        !dropped && (d->retypes[i].how != RETYPE_NONE ||
                     (d->from.fate[i] == FATE_ALTERED && d->upsets[d->from.other[i]]));
    if (!dropped && !upset)
        return false;
    for (size_t k = 0; k < d->from.needed_by[i].n; k++) {
        struct need by = d->from.needed_by[i].at[k];
        const struct object *dependent = &d->from.catalog->at[by.object];
        enum fate *fate = &d->from.fate[by.object];
        if (d->n_cuts && is_cut(d, table_at(&d->from, by.object), table_at(&d->from, i)))
            continue;
        bool automatic = by.automatic || d->from.follows[by.object];
        if (by.of_default && has_plain_default(dependent) &&
            d->from.other[by.object] != NOWHERE) {
            if (dropped || d->from.catalog->at[i].create->info->kind != OP_add_column)
                changed |= part_from_default(d, by.object);
            continue;
        }
        if (dropped && ((by.of_default && outlives(d, by.object, i)) ||
                        does_without(d, by.object, i)))
            continue;
        if (!leaves(*fate) && keeps_values(d, i, by.object)) {
            changed |= retype_column(d, i, by.object, dropped);
            continue;
        }
        if (dropped && automatic && *fate != FATE_GONE) {
            lose_object(d, by.object, FATE_GONE);
            changed = true;
        } else if (!leaves(*fate) && (dropped || is_upset_by(d, by.object, i))) {
            lose_object(d, by.object, FATE_DROPPED);
            changed = true;
        }
    }
    return changed;
}

/* Children of a table that goes, go with it. */
static bool spread_to_children(struct differ *d)
{
    bool changed = false;
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        size_t table = d->from.table_of[i];
        if (table != NOWHERE && leaves(d->from.fate[table]) &&
            d->from.fate[i] != FATE_GONE) {
            lose_object(d, i, FATE_GONE);
            changed = true;
        }
    }
    return changed;
}

/* Followers of what goes, go with it. */
static bool spread_to_followers(struct differ *d)
{
    bool changed = false;
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        size_t leader = d->from.catalog->at[i].leader;
        if (leader == NO_OBJECT || !d->from.follows[i])
            continue;
        if (d->retypes[leader].how > d->retypes[i].how) {
            d->retypes[i] = d->retypes[leader];
            changed = true;
        }
        if (leaves(d->from.fate[leader]) && !leaves(d->from.fate[i])) {
            lose_object(d, i, FATE_GONE);
            changed = true;
        }
    }
    return changed;
}

static void spread(struct differ *d)
{
    for (bool changed = true; changed;) {
        changed = spread_to_children(d);
        changed |= spread_to_followers(d);
        for (size_t i = 0; i < d->from.catalog->n; i++)
            changed |= spread_from(d, i);
    }
}

/* The table that a foreign key of `from` names, when that goes too; else NOWHERE. */
static size_t dropped_referent(const struct differ *d, size_t i)
{
    const struct object *o = &d->from.catalog->at[i];
    if (o->create->info->kind != OP_create_foreign_key || d->from.follows[i])
        return NOWHERE;
    size_t at = referent_of(&d->from, i);
    return at != NOWHERE && at != d->from.table_of[i] && leaves(d->from.fate[at])
               ? at
               : NOWHERE;
}

/* Does a rule or policy read another table that goes too? */
static bool reads_dropped(const struct differ *d, size_t i)
{
    const struct object *o = &d->from.catalog->at[i];
    if (strcmp(o->kind, "rule") != 0 && strcmp(o->kind, "policy") != 0)
        return false;
    for (size_t k = 0; k < o->n_needs; k++) {
        size_t needed = o->needs[k].object;
        size_t table =
            d->from.table_of[needed] == NOWHERE ? needed : d->from.table_of[needed];
        if (table != d->from.table_of[i] && leaves(d->from.fate[table]))
            return true;
    }
    return false;
}

/* Tables that name each other cannot be dropped one after the other: a key to a table
 * that goes and itself names one that goes is dropped by an op of its own. */
static void cut_circles(struct differ *d)
{
    size_t n = d->from.catalog->n;
    bool *names_one = NEW_N(d->arena, bool, n);
    for (size_t i = 0; i < n; i++)
        if (d->from.fate[i] == FATE_GONE && dropped_referent(d, i) != NOWHERE)
            names_one[d->from.table_of[i]] = true;
    for (size_t i = 0; i < n; i++) {
        size_t referent = d->from.fate[i] == FATE_GONE ? dropped_referent(d, i) : NOWHERE;
        if ((referent != NOWHERE && names_one[referent]) ||
            (d->from.fate[i] == FATE_GONE && reads_dropped(d, i)))
            d->from.fate[i] = FATE_DROPPED;
    }
}

static void tell(struct differ *d, enum change_kind kind, const struct object *from,
                 const struct object *to)
{
    struct diff *out = d->out;
    *PUSH(d->arena, out->changes, out->n_changes, out->changes_room) =
        (struct change){.kind = kind, .from = from, .to = to};
}

/* The differences as a person counts them: not the columns of a new table, and not what
 * is only rebuilt around a change. */
static void tell_changes(struct differ *d)
{
    for (size_t i = 0; i < d->from.catalog->n; i++)
        if (d->from.fate[i] == FATE_DROPPED && d->from.other[i] == NOWHERE &&
            (d->from.table_of[i] == NOWHERE ||
             !leaves(d->from.fate[d->from.table_of[i]])))
            tell(d, CHANGE_REMOVED, &d->from.catalog->at[i], NULL);
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        const struct object *o = &d->to.catalog->at[i];
        size_t twin = d->to.other[i], table = d->to.table_of[i];
        if (d->to.fate[i] == FATE_ALTERED && twin == NOWHERE) {
            continue; /* it comes with another one, and is told with that */
        } else if (d->to.fate[i] == FATE_ALTERED) {
            tell(d, CHANGE_ALTERED, &d->from.catalog->at[twin], o);
        } else if (d->to.fate[i] == FATE_CREATED && twin == NOWHERE) {
            if (table == NOWHERE || d->to.fate[table] != FATE_CREATED)
                tell(d, CHANGE_ADDED, NULL, o);
        } else if (d->to.fate[i] == FATE_CREATED) {
            tell(d, CHANGE_REBUILT, &d->from.catalog->at[twin], o);
        }
    }
}

/* What was folded into a table's literal needs no line of its own. */
static void silence_folded(struct differ *d, const struct action *actions, size_t n)
{
    bool *folded = NEW_N(d->arena, bool, d->to.catalog->n);
    for (size_t i = 0; i < n; i++)
        if (actions[i].kind == ACTION_CREATE && !actions[i].ops.n)
            folded[actions[i].object] = true;
    for (size_t i = 0; i < d->out->n_changes; i++) {
        struct change *c = &d->out->changes[i];
        c->silent |= c->to && folded[c->to - d->to.catalog->at];
    }
}

bool catalog_diff(const struct catalog *from, const struct catalog *to,
                  const struct diff_options *options, struct diff *out, struct arena *a,
                  struct err *e)
{
    struct differ d = {.from = side_of(from, a),
                       .to = side_of(to, a),
                       .out = out,
                       .options = options,
                       .arena = a,
                       .err = e};
    d.alters = NEW_N(a, struct ops, to->n);
    d.early = NEW_N(a, struct ops, to->n);
    d.late = NEW_N(a, struct ops, to->n);
    d.upsets = NEW_N(a, bool, to->n);
    d.alone = NEW_N(a, bool, to->n);
    d.only = NEW_N(a, bool, to->n);
    d.last = NEW_N(a, bool, to->n);
    d.stand_in = NEW_N(a, struct op *, from->n);
    d.only_drop = NEW_N(a, bool, from->n);
    d.extra = NEW_N(a, struct rec *, to->n);
    d.drops_if_there = NEW_N(a, bool, from->n);
    d.bare = NEW_N(a, bool, from->n);
    d.retypes = NEW_N(a, struct retyping, from->n);
    *out = (struct diff){0};
    match(&d);
    match_renamed(&d);
    find_default_privileges(&d);
    place_tables(&d);
    keep_columns(&d);
    judge(&d);
    lose_detached_keys(&d);
    retype_altered(&d);
    follow_checks(&d);
    spread(&d);
    cut_circles(&d);
    follow_indexes(&d);
    part_alters(&d);
    follow_properties(&d);
    tell_changes(&d);
    find_circles(&d);

    struct action *actions = NULL;
    size_t n = 0;
    if (!order_actions(&d, &actions, &n))
        return false;
    fold_actions(&d, actions, n);
    silence_folded(&d, actions, n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < actions[i].ops.n; k++)
            ops_add(&out->ops, actions[i].ops.at[k], a);
    return true;
}

bool catalog_ops(const struct catalog *c, struct ops *out, struct arena *a, struct err *e)
{
    struct catalog nothing = {.default_schema = c->default_schema,
                              .current_user = c->current_user,
                              .server_version = c->server_version};
    struct diff_options options = {c->server_version};
    struct diff d;
    if (!catalog_diff(&nothing, c, &options, &d, a, e))
        return false;
    *out = d.ops;
    return true;
}
