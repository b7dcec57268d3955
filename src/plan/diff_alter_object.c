/* What PostgreSQL can change in place, by kind of object. */
#include "plan/diff_alter.h"
#include "plan/unsaid.h"

#include <string.h>

bool differs(const struct rec *a, const struct rec *b, enum key k)
{
    return !val_eq(rec_at(a, k), rec_at(b, k));
}

bool differ_only_in(const struct rec *a, const struct rec *b, const enum key *keys)
{
    for (size_t i = 0; i < a->shape->n_fields; i++) {
        if (val_eq(&a->at[i], &b->at[i]))
            continue;
        size_t k = 0;
        while (keys[k] != N_KEYS && keys[k] != a->shape->fields[i].key)
            k++;
        if (keys[k] == N_KEYS)
            return false;
    }
    return true;
}

struct val or_else(const struct val *v, struct val usual)
{
    return v->kind == VAL_NONE ? usual : *v;
}

struct val or_null(const struct val *v)
{
    return or_else(v, val_null());
}

struct op *new_op(struct differ *d, struct ops *ops, enum op_kind kind)
{
    struct op *op = op_new(d->arena, kind);
    ops_add(ops, op, d->arena);
    return op;
}

void add_hazard(struct differ *d, const struct op *op, const char *kind, str text)
{
    struct diff *out = d->out;
    *PUSH(d->arena, out->hazards, out->n_hazards, out->hazards_room) =
        (struct hazard){op, kind, text};
}

/* ---- comments ------------------------------------------------------------------ */

static void alter_comment(struct differ *d, const struct object *from,
                          const struct object *to, struct ops *ops)
{
    const struct rec *old = from->create->args, *new = to->create->args;
    struct rec *r = new_op(d, ops, OP_comment_on)->args;
    object_name(r, to);
    rec_set(r, K_comment, or_null(rec_at(new, K_comment)));
    rec_set(r, K_existing, or_null(rec_at(old, K_comment)));
}

/* ---- tables -------------------------------------------------------------------- */

struct rec *for_object(struct differ *d, const struct object *to, struct ops *ops,
                       enum op_kind kind, enum key name)
{
    struct rec *r = new_op(d, ops, kind)->args;
    rec_set(r, name, val_str(to->name));
    rec_set(r, K_schema, *rec_at(to->create->args, K_schema));
    return r;
}

/* New values of a map, op.NULL for the keys that go. */
struct val map_change(struct differ *d, const struct val *old, const struct val *new)
{
    size_t before = old->kind == VAL_MAP ? old->map.n : 0;
    size_t after = new->kind == VAL_MAP ? new->map.n : 0;
    struct val change = val_map(d->arena, before + after);
    size_t n = 0;
    for (size_t i = 0; i < after; i++)
        if (!val_eq(val_get(old, new->map.at[i].key), &new->map.at[i].val))
            change.map.at[n++] = new->map.at[i];
    for (size_t i = 0; i < before; i++)
        if (val_get(new, old->map.at[i].key)->kind == VAL_NONE)
            change.map.at[n++] = (struct pair){old->map.at[i].key, val_null()};
    change.map.n = n;
    return change;
}

void change_with(struct differ *d, struct rec *r, const struct rec *old,
                 const struct rec *new, const struct shape *existing_shape)
{
    rec_set(r, K_with, map_change(d, rec_at(old, K_with), rec_at(new, K_with)));
    struct rec *existing = rec_new(d->arena, existing_shape);
    rec_set(existing, K_with, map_change(d, rec_at(new, K_with), rec_at(old, K_with)));
    rec_set(r, K_existing, val_rec(existing));
}

static void hazard_rewrite(struct differ *d, const struct ops *ops,
                           const struct object *table)
{
    add_hazard(d, ops->at[ops->n - 1], "rewrite",
               str_fmt(d->arena, "%.*s is rewritten under an ACCESS EXCLUSIVE lock",
                       STR_ARG(table->name)));
}

bool alters_table(const struct differ *d, const struct rec *old, const struct rec *new)
{
    static const enum key in_place[] = {K_comment,  K_with,         K_tablespace,
                                        K_unlogged, K_partition_of, K_inherits,
                                        K_using,    N_KEYS};
    /* SET ACCESS METHOD; a partitioned table has one since 17. */
    int since = rec_has(new, K_partition_by) ? 170000 : 150000;
    return differ_only_in(old, new, in_place) &&
           (!differs(old, new, K_using) || d->options->server_version >= since);
}

/* The access method of a table that names none: the session's default, which only a
 * partitioned table follows later on. */
static struct val method_of(const struct differ *d, const struct rec *table)
{
    struct val usual = val_str(d->from.catalog->access_method);
    if (rec_has(table, K_partition_by))
        return or_null(rec_at(table, K_using));
    return or_else(rec_at(table, K_using), usual);
}

static void set_method(struct differ *d, const struct object *from,
                       const struct object *to, struct ops *ops)
{
    struct val before = method_of(d, from->create->args);
    struct val after = method_of(d, to->create->args);
    if (val_eq(&before, &after))
        return;
    struct rec *r = for_object(d, to, ops, OP_alter_table, K_name);
    struct rec *existing = rec_new(d->arena, &shape_table_options);
    rec_set(r, K_using, after);
    rec_set(existing, K_using, before);
    rec_set(r, K_existing, val_rec(existing));
    if (!rec_has(to->create->args, K_partition_by))
        hazard_rewrite(d, ops, to);
}

/* Its place among parents is for diff_place.c. */
static bool alter_table(struct differ *d, const struct object *from,
                        const struct object *to, struct ops *ops)
{
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!alters_table(d, old, new))
        return false;
    if (differs(old, new, K_with))
        change_with(d, for_object(d, to, ops, OP_alter_table, K_name), old, new,
                    &shape_table_options);
    if (differs(old, new, K_unlogged)) {
        struct rec *r = for_object(d, to, ops, OP_alter_table, K_name);
        struct rec *existing = rec_new(d->arena, &shape_table_options);
        rec_set(r, K_unlogged, val_bool(rec_bool(new, K_unlogged)));
        rec_set(existing, K_unlogged, val_bool(rec_bool(old, K_unlogged)));
        rec_set(r, K_existing, val_rec(existing));
        hazard_rewrite(d, ops, to);
    }
    set_method(d, from, to, ops);
    if (differs(old, new, K_tablespace)) {
        struct rec *r = for_object(d, to, ops, OP_alter_table, K_name);
        struct rec *existing = rec_new(d->arena, &shape_table_options);
        struct val usual = val_str(STR("pg_default"));
        rec_set(r, K_tablespace, or_else(rec_at(new, K_tablespace), usual));
        rec_set(existing, K_tablespace, or_else(rec_at(old, K_tablespace), usual));
        rec_set(r, K_existing, val_rec(existing));
    }
    if (!differs(old, new, K_comment))
        return true;
    if (rec_has(new, K_comment)) {
        struct rec *r = for_object(d, to, ops, OP_create_table_comment, K_name);
        rec_set(r, K_comment, *rec_at(new, K_comment));
        rec_set(r, K_existing_comment, or_null(rec_at(old, K_comment)));
    } else {
        struct rec *r = for_object(d, to, ops, OP_drop_table_comment, K_name);
        rec_set(r, K_existing_comment, *rec_at(old, K_comment));
    }
    return true;
}

/* ---- types ---------------------------------------------------------------------- */

static bool loses_one(struct list before, struct list after)
{
    for (size_t i = 0; i < before.n; i++) {
        size_t k = 0;
        while (k < after.n && !val_eq(&after.at[k], &before.at[i]))
            k++;
        if (k == after.n)
            return true;
    }
    return false;
}

/* Where one value stands in the place of another: perhaps it is only renamed, and no row
 * has to change. The empty string when that is not how the lists differ. */
static str renamed_value(str name, struct list before, struct list after, struct arena *a)
{
    size_t at = before.n;
    if (before.n != after.n)
        return STR_NONE;
    for (size_t i = 0; i < before.n; i++) {
        if (val_eq(&before.at[i], &after.at[i]))
            continue;
        if (at < before.n)
            return STR_NONE;
        at = i;
    }
    return str_fmt(a,
                   "; if '%.*s' is only renamed, this keeps the rows: "
                   "op.rename_enum_value(\"%.*s\", \"%.*s\", \"%.*s\")",
                   STR_ARG(before.at[at].s), STR_ARG(name), STR_ARG(before.at[at].s),
                   STR_ARG(after.at[at].s));
}

/* Values can be added anywhere, never taken away: the old ones must be a subsequence.
 * Else the type is replaced, and what its columns hold of a removed value is for a
 * person. */
static bool alter_enum(struct differ *d, const struct object *from,
                       const struct object *to, struct ops *ops, bool *upsets)
{
    const struct rec *old = from->create->args, *new = to->create->args;
    struct list before = rec_list(old, K_values), after = rec_list(new, K_values);
    size_t matched = 0;
    for (size_t i = 0; i < after.n; i++)
        if (matched < before.n && val_eq(&after.at[i], &before.at[matched]))
            matched++;
    if (matched < before.n) {
        struct rec *r = for_object(d, to, ops, OP_replace_enum, K_name);
        rec_set(r, K_values, *rec_at(new, K_values));
        rec_set(r, K_existing, *rec_at(old, K_values));
        bool goes = loses_one(before, after);
        str renamed = renamed_value(to->name, before, after, d->arena);
        add_hazard(d, ops->at[ops->n - 1], goes ? "data loss" : "rewrite",
                   str_fmt(d->arena,
                           "%s of %.*s %s every table with the type is rewritten%.*s",
                           goes ? "values" : "the values", STR_ARG(to->name),
                           goes ? "go: rows that hold one need a mapping, and"
                                : "change their order:",
                           STR_ARG(renamed)));
        *upsets = true;
        return true;
    }
    matched = 0;
    for (size_t i = 0; i < after.n; i++) {
        if (matched < before.n && val_eq(&after.at[i], &before.at[matched])) {
            matched++;
            continue;
        }
        struct rec *r = for_object(d, to, ops, OP_add_enum_value, K_name);
        rec_set(r, K_value, after.at[i]);
        if (matched < before.n)
            rec_set(r, K_before, before.at[matched]);
    }
    return true;
}

static bool has_check(struct list checks, const struct val *check)
{
    for (size_t i = 0; i < checks.n; i++)
        if (val_eq(&checks.at[i], check))
            return true;
    return false;
}

/* Is a type part of arrays or rows that a table may hold? */
static bool is_inside_another(const struct differ *d, const struct object *type)
{
    const struct revneeds *by = &d->from.needed_by[type - d->from.catalog->at];
    for (size_t i = 0; i < by->n; i++) {
        const struct object *o = &d->from.catalog->at[by->at[i].object];
        if (o->create->info->kind == OP_create_composite_type ||
            (o->create->info->kind == OP_add_column &&
             str_ends(rec_str(rec_at(o->create->args, K_column)->rec, K_type),
                      STR("[]"))))
            return true;
    }
    return false;
}

/* Is one added that must hold for the values that are there? */
static bool adds_check(struct list before, struct list after)
{
    for (size_t i = 0; i < after.n; i++)
        if (!has_check(before, &after.at[i]) && !rec_bool(after.at[i].rec, K_not_valid))
            return true;
    return false;
}

static bool alter_domain(struct differ *d, const struct object *from,
                         const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_default, K_nullable, K_checks, K_comment,
                                        N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    if (differs(old, new, K_default) || differs(old, new, K_nullable)) {
        struct rec *r = for_object(d, to, ops, OP_alter_domain, K_name);
        struct rec *existing = rec_new(d->arena, &shape_domain_options);
        if (differs(old, new, K_default)) {
            rec_set(r, K_default, or_null(rec_at(new, K_default)));
            rec_set(existing, K_default, or_null(rec_at(old, K_default)));
        }
        if (differs(old, new, K_nullable)) {
            rec_set(r, K_nullable, val_bool(!rec_has(new, K_nullable)));
            rec_set(existing, K_nullable, val_bool(!rec_has(old, K_nullable)));
        }
        rec_set(r, K_existing, val_rec(existing));
    }
    struct list before = rec_list(old, K_checks), after = rec_list(new, K_checks);
    /* 0A000, "cannot alter type ... because column ... uses it": its values would be
     * checked, and inside of arrays and rows PostgreSQL does not look. */
    if (is_inside_another(d, from) && adds_check(before, after))
        return false;
    for (size_t i = 0; i < before.n; i++) {
        if (has_check(after, &before.at[i]))
            continue;
        struct rec *r = for_object(d, to, ops, OP_drop_domain_constraint, K_domain);
        rec_set(r, K_name, *rec_at(before.at[i].rec, K_name));
    }
    for (size_t i = 0; i < after.n; i++) {
        if (has_check(before, &after.at[i]))
            continue;
        struct rec *r = for_object(d, to, ops, OP_create_domain_constraint, K_domain);
        const struct rec *c = after.at[i].rec;
        rec_set(r, K_name, *rec_at(c, K_name));
        rec_set(r, K_condition, *rec_at(c, K_condition));
        rec_set(r, K_not_valid, *rec_at(c, K_not_valid));
        rec_set(r, K_comment, *rec_at(c, K_comment));
    }
    return true;
}

static const struct rec *attribute_named(struct list attributes, const struct val *name)
{
    for (size_t i = 0; i < attributes.n; i++)
        if (val_eq(rec_at(attributes.at[i].rec, K_name), name))
            return attributes.at[i].rec;
    return NULL;
}

/* ADD ATTRIBUTE appends: those that stay must keep their order and come first. */
static bool keeps_attribute_order(struct list before, struct list after)
{
    size_t at = 0;
    for (size_t i = 0; i < before.n; i++)
        if (attribute_named(after, rec_at(before.at[i].rec, K_name))) {
            if (!val_eq(rec_at(before.at[i].rec, K_name),
                        rec_at(after.at[at].rec, K_name)))
                return false;
            at++;
        }
    return true;
}

/* 0A000: no attribute that a table holds changes its type. */
static bool is_in_table(const struct differ *d, const struct object *type)
{
    const struct revneeds *by = &d->from.needed_by[type - d->from.catalog->at];
    for (size_t i = 0; i < by->n; i++) {
        const struct object *o = &d->from.catalog->at[by->at[i].object];
        if (o->create->info->kind == OP_add_column ||
            o->create->info->kind == OP_create_table ||
            (o->create->info->kind == OP_create_composite_type && is_in_table(d, o)))
            return true;
    }
    return false;
}

static void comment_attribute(struct differ *d, const struct object *type,
                              const struct rec *old, const struct rec *new,
                              struct ops *ops)
{
    struct rec *r = new_op(d, ops, OP_comment_on)->args;
    rec_set(r, K_kind, val_str(STR("column")));
    rec_set(r, K_name, *rec_at(new, K_name));
    rec_set(r, K_comment, or_null(rec_at(new, K_comment)));
    rec_set(r, K_existing, or_null(rec_at(old, K_comment)));
    rec_set(r, K_schema, *rec_at(type->create->args, K_schema));
    rec_set(r, K_table, val_str(type->name));
}

static void alter_attribute(struct differ *d, const struct object *type,
                            const struct rec *old, const struct rec *new, struct ops *ops)
{
    if (differs(old, new, K_type) || differs(old, new, K_collate)) {
        struct rec *r = for_object(d, type, ops, OP_alter_attribute, K_type);
        rec_set(r, K_name, *rec_at(new, K_name));
        rec_set(r, K_new_type, *rec_at(new, K_type));
        rec_set(r, K_existing_type, *rec_at(old, K_type));
        rec_set(r, K_collate, *rec_at(new, K_collate));
        rec_set(r, K_existing_collate, *rec_at(old, K_collate));
    }
    if (differs(old, new, K_comment))
        comment_attribute(d, type, old, new, ops);
}

bool add_and_drop_attributes(struct differ *d, const struct object *from,
                             const struct object *to, struct ops *ops)
{
    struct list before = rec_list(from->create->args, K_attributes);
    struct list after = rec_list(to->create->args, K_attributes);
    if (!keeps_attribute_order(before, after))
        return false;
    for (size_t i = 0; i < before.n; i++) {
        const struct val *name = rec_at(before.at[i].rec, K_name);
        if (!attribute_named(after, name))
            rec_set(for_object(d, to, ops, OP_drop_attribute, K_type), K_name, *name);
    }
    for (size_t i = 0; i < after.n; i++)
        if (!attribute_named(before, rec_at(after.at[i].rec, K_name)))
            rec_set(for_object(d, to, ops, OP_add_attribute, K_type), K_attribute,
                    val_rec(rec_copy(d->arena, after.at[i].rec)));
    return true;
}

static bool alter_composite(struct differ *d, const struct object *from,
                            const struct object *to, struct ops *ops, bool *upsets)
{
    static const enum key in_place[] = {K_attributes, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    struct list before = rec_list(old, K_attributes), after = rec_list(new, K_attributes);
    if (!differ_only_in(old, new, in_place) || !add_and_drop_attributes(d, from, to, ops))
        return false;
    for (size_t i = 0; i < before.n; i++) {
        const struct rec *a = before.at[i].rec;
        const struct rec *b = attribute_named(after, rec_at(a, K_name));
        bool retyped = b && (differs(a, b, K_type) || differs(a, b, K_collate));
        if (retyped && is_in_table(d, from))
            return false;
        *upsets |= retyped || !b;
        if (b)
            alter_attribute(d, to, a, b, ops);
    }
    return true;
}

/* ---- sequences, views, routines ------------------------------------------------- */

static str sequence_type(const struct rec *r)
{
    return rec_has(r, K_type) ? rec_str(r, K_type) : STR("bigint");
}

static bool alter_sequence(struct differ *d, const struct object *from,
                           const struct object *to, struct ops *ops)
{
    static const enum key fields[] = {K_start, K_increment, K_min_value, K_max_value,
                                      K_cache};
    const struct rec *old = from->create->args, *new = to->create->args;
    struct rec *r = for_object(d, to, ops, OP_alter_sequence, K_name);
    struct rec *existing = rec_new(d->arena, &shape_sequence_options);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        enum key k = fields[i];
        int64_t before = sequence_value(old, k, sequence_type(old));
        int64_t after = sequence_value(new, k, sequence_type(new));
        bool null_is_usual = k == K_min_value || k == K_max_value;
        if (before == after)
            continue;
        rec_set(r, k, !null_is_usual || rec_has(new, k) ? val_int(after) : val_null());
        rec_set(existing, k,
                !null_is_usual || rec_has(old, k) ? val_int(before) : val_null());
    }
    if (differs(old, new, K_type)) {
        struct val usual = val_str(STR("bigint"));
        rec_set(r, K_type, or_else(rec_at(new, K_type), usual));
        rec_set(existing, K_type, or_else(rec_at(old, K_type), usual));
    }
    if (differs(old, new, K_cycle)) {
        rec_set(r, K_cycle, val_bool(rec_bool(new, K_cycle)));
        rec_set(existing, K_cycle, val_bool(rec_bool(old, K_cycle)));
    }
    if (differs(old, new, K_unlogged)) {
        rec_set(r, K_unlogged, val_bool(rec_bool(new, K_unlogged)));
        rec_set(existing, K_unlogged, val_bool(rec_bool(old, K_unlogged)));
    }
    rec_set(r, K_existing, val_rec(existing));
    return true;
}

/* REPLACE keeps who may call it and who depends on it, but cannot change the result type,
 * nor names and defaults of arguments (manual, CREATE FUNCTION). */
static bool alter_routine(struct differ *d, const struct object *from,
                          const struct object *to, struct ops *ops)
{
    const struct rec *old = from->create->args, *new = to->create->args;
    if (differs(old, new, K_arguments) || !str_eq(from->result, to->result))
        return false;
    struct op *op = op_copy(d->arena, to->create);
    rec_set(op->args, K_or_replace, val_bool(true));
    rec_set(op->args, K_existing, *rec_at(old, K_body));
    rec_set(op->args, K_comment, (struct val){.kind = VAL_NONE});
    ops_add(ops, op, d->arena);
    return true;
}

/* ---- what stands in a table ------------------------------------------------------- */

static bool alter_policy(struct differ *d, const struct object *from,
                         const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_roles, K_using, K_check, K_comment, N_KEYS};
    static const enum key fields[] = {K_roles, K_using, K_check};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    /* A condition cannot be taken away. */
    if ((rec_has(old, K_using) && !rec_has(new, K_using)) ||
        (rec_has(old, K_check) && !rec_has(new, K_check)))
        return false;
    struct rec *r = for_object(d, to, ops, OP_alter_policy, K_name);
    struct rec *existing = rec_new(d->arena, &shape_policy_options);
    str everybody = STR("public");
    rec_set(r, K_table, *rec_at(new, K_table));
    for (size_t i = 0; i < 3; i++) {
        enum key k = fields[i];
        if (!differs(old, new, k))
            continue;
        struct val usual = val_strs(d->arena, &everybody, 1);
        rec_set(r, k, or_else(rec_at(new, k), usual));
        if (rec_has(old, k) || k == K_roles)
            rec_set(existing, k, or_else(rec_at(old, k), usual));
    }
    rec_set(r, K_existing, val_rec(existing));
    return true;
}

static bool alter_index(struct differ *d, const struct object *from,
                        const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_with, K_comment, K_only, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    /* An index on ONLY the parent becomes whole when every partition has one attached. */
    if (!differ_only_in(old, new, in_place) ||
        (rec_bool(new, K_only) && !rec_bool(old, K_only)))
        return false;
    if (differs(old, new, K_with))
        change_with(d, for_object(d, to, ops, OP_alter_index, K_name), old, new,
                    &shape_index_options);
    return true;
}

/* How the index behind a key is stored, is for the index. */
static bool alter_key(struct differ *d, const struct object *from,
                      const struct object *to, struct ops *ops)
{
    static const enum key in_place[] = {K_with, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place))
        return false;
    change_with(d, for_object(d, to, ops, OP_alter_index, K_name), old, new,
                &shape_index_options);
    return true;
}

/* NOT VALID to valid is a validation; the other way the constraint is made anew. */
static bool validate(struct differ *d, const struct object *from, const struct object *to,
                     struct ops *ops)
{
    static const enum key in_place[] = {K_not_valid, K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (!differ_only_in(old, new, in_place) || rec_bool(new, K_not_valid))
        return false;
    struct rec *r = for_object(d, to, ops, OP_validate_constraint, K_name);
    rec_set(r, K_table, *rec_at(new, K_table));
    return true;
}

static bool alter_row_security(struct differ *d, const struct object *to, struct ops *ops)
{
    struct op *op = op_copy(d->arena, to->create);
    rec_set(op->args, K_force, val_bool(rec_bool(to->create->args, K_force)));
    ops_add(ops, op, d->arena);
    return true;
}

/* One of its kind in a table: another value takes the place of the old one. */
static bool alter_state(struct differ *d, const struct object *from,
                        const struct object *to, enum key now, enum key before,
                        struct ops *ops)
{
    struct op *op = op_copy(d->arena, to->create);
    rec_set(op->args, before, *rec_at(from->create->args, now));
    ops_add(ops, op, d->arena);
    return true;
}

static bool alter_in_place(struct differ *d, const struct object *from,
                           const struct object *to, struct ops *ops, bool *upsets)
{
    switch (to->create->info->kind) {
    case OP_create_enum:
        return alter_enum(d, from, to, ops, upsets);
    case OP_create_composite_type:
        return alter_composite(d, from, to, ops, upsets);
    case OP_create_domain:
        return alter_domain(d, from, to, ops);
    case OP_create_sequence:
        return alter_sequence(d, from, to, ops);
    case OP_create_function:
    case OP_create_procedure:
        return alter_routine(d, from, to, ops);
    case OP_create_policy:
        return alter_policy(d, from, to, ops);
    case OP_create_index:
        return alter_index(d, from, to, ops);
    case OP_create_primary_key:
    case OP_create_unique_constraint:
    case OP_create_exclude_constraint:
        return alter_key(d, from, to, ops);
    case OP_create_foreign_key:
    case OP_create_check_constraint:
        return validate(d, from, to, ops);
    case OP_replica_identity:
        return alter_state(d, from, to, K_identity, K_existing_identity, ops);
    case OP_cluster_on:
        return alter_state(d, from, to, K_index, K_existing_index, ops);
    case OP_enable_row_security:
        return alter_row_security(d, to, ops);
    default:
        return alter_more(d, from, to, ops);
    }
}

bool alter_object(struct differ *d, const struct object *from, const struct object *to,
                  struct ops *ops, bool *upsets)
{
    static const enum key comment_only[] = {K_comment, N_KEYS};
    const struct rec *old = from->create->args, *new = to->create->args;
    if (from->create->info != to->create->info)
        return false;
    if (to->create->info->kind == OP_add_column)
        return alter_columns(d, from, to, ops, upsets);
    if (to->create->info->kind == OP_create_table)
        return alter_table(d, from, to, ops);
    if (!differ_only_in(old, new, comment_only) &&
        !alter_in_place(d, from, to, ops, upsets)) {
        ops->n = 0;
        return false;
    }
    if (shape_field(new->shape, STR("comment")) && differs(old, new, K_comment))
        alter_comment(d, from, to, ops);
    return true;
}
