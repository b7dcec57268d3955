/* Circles of needs: objects that can be neither made one after the other nor dropped so.
 * A function with a body that the server has read (BEGIN ATOMIC) needs the tables in it,
 * which may need the function for a default; a domain's check may call a function that
 * takes the domain; a view and a function may need each other.
 *
 * Somebody in the circle comes in two parts. In this order, until it is open:
 *
 *   a column's default   is set when what it calls is there
 *   a domain's checks    are added so
 *   a function           is made with an empty body, which is replaced
 *   a view               is made with NULL for each column, and replaced
 *
 * Going down the second part goes first. What that does not open is told to the user. */
#include "plan/circle.h"

#include "plan/diff_alter.h"

#include <string.h>

struct circles {
    struct differ *d;
    struct side *side;
    bool going; /* the side is `from`: what leaves; else `to`: what is created */
    size_t *at; /* by object: the circle it is in, or NOWHERE */
    /* Tarjan's algorithm with a stack of its own: a chain of needs may be long. */
    size_t *number, *low, *open, *path, *next_object, *next_need, *first_of, *next_of;
    bool *is_open;
    size_t n_numbers, n_open, n_path;
};

static enum op_kind kind_of(const struct object *o)
{
    return o->create->info->kind;
}

static bool is_routine(const struct object *o)
{
    return kind_of(o) == OP_create_function || kind_of(o) == OP_create_procedure;
}

/* Does the function take or return it? Names are enough: a false hit leaves the circle.
 */
static bool in_signature(const struct object *routine, const struct object *o)
{
    const struct rec *r = routine->create->args;
    str arguments = rec_str(r, K_arguments);
    str returns =
        shape_field(r->shape, STR("returns")) ? rec_str(r, K_returns) : STR_NONE;
    return str_index(arguments, o->name) < arguments.n ||
           str_index(returns, o->name) < returns.n;
}

/* What a first part needs, too. */
static bool is_ground(const struct object *o)
{
    static const enum op_kind kinds[] = {OP_create_domain,         OP_create_enum,
                                         OP_create_composite_type, OP_create_range_type,
                                         OP_create_schema,         OP_create_extension,
                                         OP_create_language};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kind_of(o) == kinds[i])
            return true;
    return false;
}

enum part need_part(const struct side *s, size_t object, const struct need *need)
{
    const struct object *o = &s->catalog->at[object];
    const struct object *needed = &s->catalog->at[need->object];
    if (need->of_default && kind_of(o) == OP_add_column)
        return PART_DEFAULT;
    if (kind_of(o) == OP_create_domain && is_routine(needed))
        return PART_CHECKS;
    if (is_routine(o) && !is_ground(needed) && !in_signature(o, needed))
        return PART_BODY;
    if (kind_of(o) == OP_create_view && !is_ground(needed))
        return PART_QUERY;
    return PART_NONE;
}

bool is_second_part(const struct side *s, size_t object, const struct need *need)
{
    return s->part[object] != PART_NONE && s->circle[object] != NOWHERE &&
           s->circle[object] == s->circle[need->object] &&
           need_part(s, object, need) == s->part[object];
}

static bool is_moving(const struct circles *c, size_t i)
{
    enum fate fate = c->side->fate[i];
    return c->going ? fate == FATE_DROPPED || fate == FATE_GONE : fate == FATE_CREATED;
}

/* What is made or dropped with its table is one with it. */
static size_t node_of(const struct circles *c, size_t i)
{
    size_t table = c->side->table_of[i];
    if (table == NOWHERE || !is_moving(c, table))
        return i;
    bool with_it = c->going ? c->side->fate[i] == FATE_GONE
                            : kind_of(&c->side->catalog->at[i]) == OP_add_column;
    return with_it ? table : i;
}

/* ---- the circles: strongly connected components ---------------------------------- */

static void enter(struct circles *c, size_t node)
{
    c->number[node] = c->low[node] = ++c->n_numbers;
    c->open[c->n_open++] = node;
    c->is_open[node] = true;
    c->path[c->n_path++] = node;
    c->next_object[node] = c->first_of[node];
    c->next_need[node] = 0;
}

/* The next node that `node` needs, or NOWHERE. */
static size_t next_needed(struct circles *c, size_t node)
{
    const struct catalog *catalog = c->side->catalog;
    for (; c->next_object[node] != NOWHERE;
         c->next_object[node] = c->next_of[c->next_object[node]],
         c->next_need[node] = 0) {
        size_t i = c->next_object[node];
        while (c->next_need[node] < catalog->at[i].n_needs) {
            const struct need *need = &catalog->at[i].needs[c->next_need[node]++];
            size_t to = node_of(c, need->object);
            if (!need->ends_only && to != node && is_moving(c, to) &&
                !is_second_part(c->side, i, need))
                return to;
        }
    }
    return NOWHERE;
}

/* All that `node` reaches is known: the ones above it on the stack are its circle. */
static bool leave(struct circles *c, size_t node)
{
    if (c->low[node] != c->number[node])
        return false;
    size_t first = c->n_open;
    while (c->open[--first] != node)
        ;
    bool circle = c->n_open - first > 1;
    for (size_t i = first; i < c->n_open; i++) {
        c->is_open[c->open[i]] = false;
        c->at[c->open[i]] = circle ? node : NOWHERE;
    }
    c->n_open = first;
    return circle;
}

static bool search(struct circles *c, size_t from)
{
    bool found = false;
    enter(c, from);
    while (c->n_path) {
        size_t node = c->path[c->n_path - 1], needed = next_needed(c, node);
        if (needed != NOWHERE) {
            if (!c->number[needed])
                enter(c, needed);
            else if (c->is_open[needed] && c->number[needed] < c->low[node])
                c->low[node] = c->number[needed];
            continue;
        }
        found |= leave(c, node);
        c->n_path--;
        if (c->n_path) {
            size_t above = c->path[c->n_path - 1];
            if (c->low[node] < c->low[above])
                c->low[above] = c->low[node];
        }
    }
    return found;
}

/* Fills c->at. True when there is a circle. */
static bool search_all(struct circles *c)
{
    size_t n = c->side->catalog->n;
    bool found = false;
    c->n_numbers = c->n_open = c->n_path = 0;
    for (size_t i = 0; i < n; i++) {
        c->number[i] = 0;
        c->at[i] = c->first_of[i] = NOWHERE;
    }
    for (size_t i = n; i-- > 0;) {
        size_t node = node_of(c, i);
        c->next_of[i] = c->first_of[node];
        c->first_of[node] = i;
    }
    for (size_t i = 0; i < n; i++)
        if (is_moving(c, i) && node_of(c, i) == i && !c->number[i])
            found |= search(c, i);
    for (size_t i = 0; i < n; i++)
        c->at[i] = c->at[node_of(c, i)];
    return found;
}

/* ---- opening them ------------------------------------------------------------------ */

static void part_all(struct circles *c, enum part part)
{
    struct side *s = c->side;
    for (size_t i = 0; i < s->catalog->n; i++) {
        if (c->at[i] == NOWHERE || s->part[i] != PART_NONE)
            continue;
        for (size_t k = 0; k < s->catalog->at[i].n_needs; k++) {
            const struct need *need = &s->catalog->at[i].needs[k];
            if (c->at[need->object] == c->at[i] && need_part(s, i, need) == part)
                s->part[i] = part;
        }
    }
}

/* "function 'f(integer)', view 'v'" for each circle that stays. */
static void tell_circles(struct circles *c)
{
    struct differ *d = c->d;
    const struct catalog *catalog = c->side->catalog;
    for (size_t i = 0; i < catalog->n; i++) {
        if (c->at[i] != i)
            continue;
        struct buf b = buf_in(d->arena);
        bool first = true;
        for (size_t k = 0; k < catalog->n; k++) {
            if (c->at[k] != i || node_of(c, k) != k)
                continue;
            buf_sep(&b, &first, ", ");
            buf_fmt(&b, "%s '%.*s'", catalog->at[k].kind, STR_ARG(catalog->at[k].name));
        }
        *PUSH(d->arena, d->out->circles.at, d->out->circles.n, d->out->circles.room) =
            buf_done(&b);
    }
}

static void open_circles(struct differ *d, struct side *s, bool going)
{
    size_t n = s->catalog->n;
    struct circles c = {.d = d, .side = s, .going = going};
    size_t **lists[] = {&c.at,      &c.number,      &c.low,       &c.open,
                        &c.path,    &c.next_object, &c.next_need, &c.first_of,
                        &c.next_of, &s->circle};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        *lists[i] = NEW_N(d->arena, size_t, n);
    c.is_open = NEW_N(d->arena, bool, n);
    s->part = NEW_N(d->arena, enum part, n);
    bool found = search_all(&c);
    memcpy(s->circle, c.at, n * sizeof *c.at);
    for (enum part part = PART_DEFAULT; found && part <= PART_QUERY; part++) {
        part_all(&c, part);
        found = search_all(&c);
    }
    if (found)
        tell_circles(&c);
}

void find_circles(struct differ *d)
{
    open_circles(d, &d->from, true);
    open_circles(d, &d->to, false);
}

/* ---- the two parts ----------------------------------------------------------------- */

static struct op *without(struct differ *d, const struct op *create, enum key k)
{
    struct op *op = op_copy(d->arena, create);
    rec_set(op->args, k, (struct val){.kind = VAL_NONE});
    return op;
}

/* SELECT NULL::integer AS id, ... */
static str empty_query(struct differ *d, const struct object *view)
{
    struct buf b = buf_in(d->arena);
    bool first = true;
    buf_put(&b, "SELECT ");
    for (size_t i = 0; i < view->columns.n; i++) {
        buf_sep(&b, &first, ", ");
        buf_str(&b, view->columns.at[i]);
    }
    return buf_done(&b);
}

static struct op *replacing(struct differ *d, const struct op *create)
{
    struct op *op = without(d, create, K_comment);
    rec_set(op->args, K_or_replace, val_bool(true));
    return op;
}

struct op *first_part(struct differ *d, const struct side *s, size_t object)
{
    const struct object *o = &s->catalog->at[object];
    struct op *op;
    switch (s->part[object]) {
    case PART_DEFAULT:
        op = op_copy(d->arena, o->create);
        rec_set(rec_at(op->args, K_column)->rec, K_default,
                (struct val){.kind = VAL_NONE});
        return op;
    case PART_CHECKS:
        return without(d, o->create, K_checks);
    case PART_BODY:
        op = op_copy(d->arena, o->create);
        rec_set(op->args, K_body, val_str(STR("SELECT NULL")));
        return op;
    case PART_QUERY:
        op = without(d, o->create, K_check_option);
        rec_set(op->args, K_query, val_str(empty_query(d, o)));
        return op;
    default:
        return op_copy(d->arena, o->create);
    }
}

static void set_default(struct differ *d, const struct object *o, struct val to,
                        struct val from, struct ops *ops)
{
    struct rec *r = new_op(d, ops, OP_alter_column)->args;
    rec_set(r, K_table, val_str(o->table));
    rec_set(r, K_column, val_str(o->name));
    rec_set(r, K_schema, *rec_at(o->create->args, K_schema));
    rec_set(r, K_default, to);
    rec_set(r, K_existing_default, from);
}

static void second_checks(struct differ *d, const struct object *o, enum op_kind kind,
                          struct ops *ops)
{
    struct list checks = rec_list(o->create->args, K_checks);
    for (size_t i = 0; i < checks.n; i++) {
        struct rec *r = for_object(d, o, ops, kind, K_domain);
        const struct rec *check = checks.at[i].rec;
        for (size_t k = 0; k < check->shape->n_fields; k++)
            if (shape_field(r->shape, key_word(check->shape->fields[k].key)))
                rec_set(r, check->shape->fields[k].key, check->at[k]);
    }
}

void second_part(struct differ *d, const struct side *s, size_t object, struct ops *ops)
{
    const struct object *o = &s->catalog->at[object];
    struct op *op;
    switch (s->part[object]) {
    case PART_DEFAULT:
        set_default(d, o, *rec_at(rec_at(o->create->args, K_column)->rec, K_default),
                    val_null(), ops);
        break;
    case PART_CHECKS:
        second_checks(d, o, OP_create_domain_constraint, ops);
        break;
    case PART_BODY:
        ops_add(ops, replacing(d, o->create), d->arena);
        break;
    case PART_QUERY:
        op = replacing(d, o->create);
        rec_set(op->args, K_defaults, (struct val){.kind = VAL_NONE});
        rec_set(op->args, K_column_comments, (struct val){.kind = VAL_NONE});
        ops_add(ops, op, d->arena);
        break;
    default:
        break;
    }
}

void undo_second_part(struct differ *d, const struct side *s, size_t object,
                      struct ops *ops)
{
    const struct object *o = &s->catalog->at[object];
    switch (s->part[object]) {
    case PART_DEFAULT:
        set_default(d, o, val_null(),
                    *rec_at(rec_at(o->create->args, K_column)->rec, K_default), ops);
        break;
    case PART_CHECKS:
        second_checks(d, o, OP_drop_domain_constraint, ops);
        break;
    case PART_BODY:
    case PART_QUERY:
        ops_add(ops, replacing(d, first_part(d, s, object)), d->arena);
        break;
    default:
        break;
    }
}
