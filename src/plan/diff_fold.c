/* New tables as people write them: columns and constraints inside the table's literal,
 * and the short forms of a column where PostgreSQL would choose the same names. */
#include "plan/diff_parts.h"

#include "plan/circle.h"
#include "plan/write.h"

#include <string.h>

struct folder {
    struct differ *d;
    struct action *actions;
    size_t n;
    size_t *position; /* by `to` object: where it is made, or NOWHERE */
};

static bool makes_table(const struct folder *f, const struct action *action)
{
    return action->kind == ACTION_CREATE &&
           f->d->to.catalog->at[action->object].create->info->kind == OP_create_table;
}

static bool holds_columns(const struct folder *f, const struct action *action)
{
    return makes_table(f, action) ||
           (action->kind == ACTION_CREATE &&
            f->d->to.catalog->at[action->object].create->info->kind ==
                OP_create_foreign_table);
}

/* The columns of new tables, in their order. */
static void put_columns(struct folder *f)
{
    struct differ *d = f->d;
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        const struct object *o = &d->to.catalog->at[i];
        size_t table = d->to.table_of[i];
        size_t at = table == NOWHERE ? NOWHERE : f->position[table];
        if (at == NOWHERE || !holds_columns(f, &f->actions[at]) ||
            strcmp(o->kind, "column") != 0)
            continue;
        f->position[i] = at;
        if (!d->to.follows[i])
            rec_add(f->actions[at].ops.at[0]->args, K_columns,
                    *rec_at(first_part(d, &d->to, i)->args, K_column), d->arena);
        else if (d->extra[i])
            rec_add(f->actions[at].ops.at[0]->args, K_columns, val_rec(d->extra[i]),
                    d->arena);
    }
}

/* Is all that a constraint needs there when the table is made? */
static bool stands_before(const struct folder *f, const struct object *o, size_t table)
{
    for (size_t i = 0; i < o->n_needs; i++) {
        size_t at = f->position[o->needs[i].object];
        if (at != NOWHERE && at > f->position[table])
            return false;
    }
    return true;
}

static struct rec *column_named(struct rec *table, str name)
{
    struct list columns = rec_list(table, K_columns);
    for (size_t i = 0; i < columns.n; i++)
        if (str_eq(rec_str(columns.at[i].rec, K_name), name))
            return columns.at[i].rec;
    return NULL;
}

/* The fields that both shapes have, but for the name when PostgreSQL would choose it. */
static struct rec *as_shape(struct folder *f, const struct rec *from,
                            const struct shape *shape, str chosen)
{
    struct rec *to = rec_new(f->d->arena, shape);
    for (size_t i = 0; i < shape->n_fields; i++) {
        enum key k = shape->fields[i].key;
        if (!shape_field(from->shape, key_word(k)))
            continue;
        if (k == K_name && str_eq(rec_str(from, K_name), chosen) &&
            !rec_has(from, K_comment))
            continue;
        rec_set(to, k, *rec_at(from, k));
    }
    return to;
}

/* Nothing but columns: then the short form of a column can say it. */
static bool is_plain(const struct rec *r, enum key columns)
{
    for (size_t i = 0; i < r->shape->n_fields; i++)
        if (r->at[i].kind != VAL_NONE && r->shape->fields[i].key != columns)
            return false;
    return true;
}

static str joined(struct folder *f, struct list names)
{
    struct buf b = buf_in(f->d->arena);
    bool first = true;
    for (size_t i = 0; i < names.n; i++) {
        buf_sep(&b, &first, "_");
        buf_str(&b, names.at[i].s);
    }
    return buf_done(&b);
}

static bool names_columns(const struct val *key, const struct val *columns)
{
    return key->kind == VAL_REC && val_eq(rec_at(key->rec, K_columns), columns);
}

/* Two keys of the same columns: CREATE TABLE would make one of them, whatever their names
 * (parse_utilcmd.c, transformIndexConstraints). */
static bool is_key_already(struct rec *t, const struct rec *c)
{
    const struct val *columns = rec_at(c, K_columns);
    struct list keys = rec_list(t, K_unique);
    for (size_t i = 0; i < keys.n; i++)
        if (names_columns(&keys.at[i], columns))
            return true;
    const struct rec *column =
        columns->list.n == 1 ? column_named(t, columns->list.at[0].s) : NULL;
    return names_columns(rec_at(t, K_primary_key), columns) ||
           (column && (rec_bool(column, K_unique) || rec_bool(column, K_primary_key)));
}

static void fold_key(struct folder *f, struct rec *t, const struct rec *c, bool primary)
{
    struct list columns = rec_list(c, K_columns);
    str chosen = default_name(rec_str(t, K_name), primary ? STR_NONE : joined(f, columns),
                              primary ? "pkey" : "key", f->d->arena);
    struct rec *key =
        as_shape(f, c, primary ? &shape_primary_key : &shape_unique, chosen);
    struct rec *column = columns.n == 1 ? column_named(t, columns.at[0].s) : NULL;
    if (column && is_plain(key, K_columns)) {
        rec_set(column, primary ? K_primary_key : K_unique, val_bool(true));
        if (primary)
            rec_set(column, K_nullable, (struct val){.kind = VAL_NONE});
    } else if (primary) {
        rec_set(t, K_primary_key, val_rec(key));
        for (size_t i = 0; i < columns.n; i++) {
            column = column_named(t, columns.at[i].s);
            if (column)
                rec_set(column, K_nullable, (struct val){.kind = VAL_NONE});
        }
    } else {
        rec_add(t, K_unique, val_rec(key), f->d->arena);
    }
}

static void fold_foreign_key(struct folder *f, struct rec *t, const struct rec *c)
{
    struct list columns = rec_list(c, K_columns);
    str chosen =
        default_name(rec_str(t, K_name), joined(f, columns), "fkey", f->d->arena);
    struct rec *key = as_shape(f, c, &shape_foreign_key, chosen);
    struct rec *column = columns.n == 1 ? column_named(t, columns.at[0].s) : NULL;
    if (!column || rec_has(column, K_references) || rec_has(key, K_comment) ||
        rec_has(key, K_on_delete_columns) || rec_has(key, K_not_enforced)) {
        rec_add(t, K_foreign_keys, val_rec(key), f->d->arena);
        return;
    }
    struct rec *reference = as_shape(f, key, &shape_reference, chosen);
    rec_set(reference, K_table, *rec_at(key, K_referent_table));
    struct list referents = rec_list(key, K_referent_columns);
    if (referents.n)
        rec_set(reference, K_column, referents.at[0]);
    rec_set(reference, K_schema, *rec_at(key, K_referent_schema));
    rec_set(column, K_references, val_rec(reference));
}

/* True when the constraint is now part of the table's literal. */
static bool fold_constraint(struct folder *f, size_t object, size_t table)
{
    const struct object *o = &f->d->to.catalog->at[object];
    struct rec *t = f->actions[f->position[table]].ops.at[0]->args;
    const struct rec *c = o->create->args;
    switch (o->create->info->kind) {
    case OP_create_primary_key:
        if (is_key_already(t, c))
            return false;
        fold_key(f, t, c, true);
        return true;
    case OP_create_unique_constraint:
        if (is_key_already(t, c))
            return false;
        fold_key(f, t, c, false);
        return true;
    case OP_create_foreign_key:
        if (rec_bool(c, K_not_valid)) /* means nothing in CREATE TABLE */
            return false;
        fold_foreign_key(f, t, c);
        return true;
    case OP_create_check_constraint:
        if (rec_bool(c, K_not_valid))
            return false;
        rec_add(t, K_checks, val_rec(as_shape(f, c, &shape_check, STR_NONE)),
                f->d->arena);
        return true;
    case OP_create_exclude_constraint:
        rec_add(t, K_excludes, val_rec(as_shape(f, c, &shape_exclude, STR_NONE)),
                f->d->arena);
        return true;
    default:
        return false;
    }
}

/* nextval('S'::regclass): the default that serial gives. */
static bool is_next_of(const struct val *v, str sequence)
{
    str text = v->kind == VAL_SQL ? v->s : STR_NONE;
    str head = STR("nextval('"), tail = STR("'::regclass)");
    if (!str_starts(text, head) || !str_ends(text, tail))
        return false;
    str name = str_cut(text, head.n, text.n - tail.n);
    if (str_starts(name, STR("\"")) && str_ends(name, STR("\"")) && name.n > 1)
        name = str_cut(name, 1, name.n - 1);
    return str_eq(name, sequence);
}

static struct action *action_of(struct folder *f, const char *kind, str schema, str name)
{
    const struct object *o =
        catalog_by_identity(f->d->to.index, kind, schema, STR_NONE, name);
    size_t at = o ? f->position[o - f->d->to.catalog->at] : NOWHERE;
    return at != NOWHERE && f->actions[at].kind == ACTION_CREATE ? &f->actions[at] : NULL;
}

/* A column whose sequence is just what serial makes becomes a serial. */
static void fold_serial(struct folder *f, const struct object *table, struct rec *t,
                        struct rec *column)
{
    static const struct {
        const char *type, *serial;
    } types[] = {
        {"integer", "serial"}, {"bigint", "bigserial"}, {"smallint", "smallserial"}};
    str type = rec_str(column, K_type);
    str chosen =
        default_name(rec_str(t, K_name), rec_str(column, K_name), "seq", f->d->arena);
    if (!is_next_of(rec_at(column, K_default), chosen))
        return;
    bool not_null = rec_has(column, K_nullable) || rec_bool(column, K_primary_key);
    const struct val *key = rec_at(t, K_primary_key);
    not_null |= key->kind == VAL_REC &&
                list_has(rec_list(key->rec, K_columns), rec_str(column, K_name));
    struct action *sequence = action_of(f, "sequence", table->schema, chosen);
    struct action *owner = action_of(f, "sequence owner", table->schema, chosen);
    if (!sequence || !owner || !not_null || sequence->ops.n != 1)
        return;
    const struct rec *s = sequence->ops.at[0]->args;
    str as = rec_has(s, K_type) ? rec_str(s, K_type) : STR("bigint");
    for (size_t i = 0; i < s->shape->n_fields; i++) {
        enum key k = s->shape->fields[i].key;
        if (s->at[i].kind != VAL_NONE && k != K_name && k != K_schema && k != K_type)
            return;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!str_is(type, types[i].type) || !str_eq(as, type))
            continue;
        rec_set(column, K_type, val_str(str_of(types[i].serial)));
        rec_set(column, K_default, (struct val){.kind = VAL_NONE});
        rec_set(column, K_nullable, (struct val){.kind = VAL_NONE});
        sequence->ops.n = owner->ops.n = 0;
    }
}

static void fold_serials(struct folder *f, size_t table)
{
    const struct object *o = &f->d->to.catalog->at[table];
    struct rec *t = f->actions[f->position[table]].ops.at[0]->args;
    struct list columns = rec_list(t, K_columns);
    for (size_t i = 0; i < columns.n; i++)
        fold_serial(f, o, t, columns.at[i].rec);
}

void fold_actions(struct differ *d, struct action *actions, size_t n)
{
    struct folder f = {d, actions, n, NEW_N(d->arena, size_t, d->to.catalog->n)};
    for (size_t i = 0; i < d->to.catalog->n; i++)
        f.position[i] = NOWHERE;
    for (size_t i = 0; i < n; i++)
        if (actions[i].kind == ACTION_CREATE || actions[i].kind == ACTION_ALTER)
            f.position[actions[i].object] = i;
    put_columns(&f);
    for (size_t i = 0; i < n; i++) {
        size_t object = actions[i].object;
        if (actions[i].kind != ACTION_CREATE || d->only[object])
            continue;
        size_t table = d->to.table_of[object];
        if (table != NOWHERE && d->to.fate[table] == FATE_CREATED &&
            d->to.catalog->at[table].create->info->kind == OP_create_table &&
            stands_before(&f, &d->to.catalog->at[object], table) &&
            fold_constraint(&f, object, table)) {
            actions[i].ops.n = 0;
            f.position[object] = f.position[table];
        }
    }
    for (size_t i = 0; i < n; i++)
        if (makes_table(&f, &actions[i]))
            fold_serials(&f, actions[i].object);
}
