#include "app/autogen.h"

#include "app/models.h"
#include "app/out.h"
#include "app/renames.h"
#include "plan/render.h"
#include "plan/reverse.h"
#include "plan/unsaid.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static bool is_partition(const struct object *o)
{
    return o->create->info->kind == OP_create_table &&
           rec_has(o->create->args, K_partition_of);
}

/* A pattern is NAME, SCHEMA.NAME or KIND:either, each with * and ?. It speaks of the
 * table where an object stands in one. Tables that are partitions are of the kind
 * "partition" as well. */
static bool matches(str pattern, const struct object *o, struct arena *a)
{
    size_t colon = str_find(pattern, ':');
    if (colon < pattern.n) {
        str kind = str_copy(a, str_cut(pattern, 0, colon));
        if (fnmatch(kind.p, o->kind, 0) != 0 &&
            !(str_is(kind, "partition") && is_partition(o)))
            return false;
        pattern = str_cut(pattern, colon + 1, pattern.n);
    }
    str glob = str_copy(a, pattern), name = o->table.n ? o->table : o->name;
    if (str_find(pattern, '.') == pattern.n)
        return fnmatch(glob.p, str_copy(a, name).p, 0) == 0;
    return fnmatch(glob.p, str_fmt(a, "%.*s.%.*s", STR_ARG(o->schema), STR_ARG(name)).p,
                   0) == 0;
}

static bool any_matches(const struct val *patterns, const struct object *o,
                        struct arena *a)
{
    for (size_t i = 0; patterns->kind == VAL_LIST && i < patterns->list.n; i++)
        if (matches(patterns->list.at[i].s, o, a))
            return true;
    return false;
}

static bool is_wanted(const struct session *s, const struct object *o)
{
    const struct val *schemas = &s->config->at[CONFIG_schemas];
    const struct val *include = &s->config->at[CONFIG_include];
    const struct val *exclude = &s->config->at[CONFIG_exclude];
    if (schemas->kind == VAL_LIST && schemas->list.n) {
        str schema = strcmp(o->kind, "schema") == 0 ? o->name : o->schema;
        bool listed = schema.n == 0;
        for (size_t i = 0; i < schemas->list.n; i++)
            listed |= str_eq(schemas->list.at[i].s, schema);
        if (!listed)
            return false;
    }
    if (include->kind == VAL_LIST && include->list.n &&
        !any_matches(include, o, s->arena))
        return false;
    return !any_matches(exclude, o, s->arena);
}

/* What the configuration leaves out is known for its dependencies, and never compared. */
void autogen_filter(const struct session *s, struct catalog *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!is_wanted(s, &c->at[i]))
            c->at[i].ignored = true;
    /* Grants and owners are left out with what they are about. */
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->at[i].n_needs; k++)
            if (c->at[i].needs[k].automatic && c->at[c->at[i].needs[k].object].ignored)
                c->at[i].ignored = true;
}

static bool both_ways(struct session *s, struct autogen *g, struct err *e)
{
    struct diff_options options = {.server_version = conn_server_version(s->conn)};
    return catalog_diff(&g->database, &g->models, &options, &g->up, s->arena, e) &&
           catalog_diff(&g->models, &g->database, &options, &g->down, s->arena, e);
}

/* Differences may be of print only: both sides once more through the server. Renames are
 * made there, on the copy of the database, so that what remains is the rest. When nothing
 * was of print only, the first reading stays: its text is nearer to what was written. */
static bool settle(struct session *s, struct autogen *out, struct err *e)
{
    struct autogen settled = {.renames = out->renames};
    if (!settled_catalog(s, &out->database, &out->renames, &settled.database, e) ||
        !settled_catalog(s, &out->models, NULL, &settled.models, e))
        return false;
    leave_unsaid(&settled.database, &settled.models, s->arena);
    autogen_filter(s, &settled.database);
    autogen_filter(s, &settled.models);
    if (!both_ways(s, &settled, e))
        return false;
    if (out->renames.n || settled.up.n_changes != out->up.n_changes)
        *out = settled;
    return true;
}

static bool add_renames(struct autogen *g, struct arena *a, struct err *e)
{
    struct ops up = g->renames, back = {0};
    if (!ops_reverse(&g->renames, &back, a, e))
        return false;
    for (size_t i = 0; i < g->up.ops.n; i++)
        ops_add(&up, g->up.ops.at[i], a);
    for (size_t i = 0; i < back.n; i++)
        ops_add(&g->down.ops, back.at[i], a);
    g->up.ops = up;
    return true;
}

static void tell_not_compared(const struct session *s, const struct catalog *c,
                              const char *where)
{
    for (size_t i = 0; i < c->not_compared.n; i++)
        out_warn(s, "not compared: %.*s of the %s", STR_ARG(c->not_compared.at[i]),
                 where);
}

bool autogen_compare(struct session *s, struct autogen *out, struct err *e)
{
    if (!session_connect(s, e) || !target_catalog(s, &out->database, e) ||
        !models_catalog(s, out->database.default_schema, &out->models, &out->renames, e))
        return false;
    tell_not_compared(s, &out->database, "database");
    tell_not_compared(s, &out->models, "models");
    renames_due(&out->database, &out->models, &out->renames, s->arena);
    leave_unsaid(&out->database, &out->models, s->arena);
    autogen_filter(s, &out->database);
    autogen_filter(s, &out->models);
    if (!both_ways(s, out, e))
        return false;
    if (out->up.n_changes == 0 && out->renames.n == 0)
        return true;
    struct err why = {0};
    if (!settle(s, out, &why)) {
        if (out->renames.n) {
            err_copy(e, &why);
            err_clear(&why);
            return false;
        }
        out_debug(s, "compared after one pass only: %.*s", STR_ARG(why.message));
    }
    err_clear(&why);
    renames_suspect(&out->up, s->arena);
    return add_renames(out, s->arena, e);
}

bool autogen_ready(struct session *s, struct err *e)
{
    struct strs current = {0};
    if (!session_current(s, &current, e))
        return false;
    struct revisions heads = graph_heads(s->graph, s->arena);
    struct plan plan = {0};
    if (heads.n == 0)
        return true;
    if (!graph_upgrade(s->graph, &current, STR("heads"), &plan, s->arena, e))
        return false;
    if (plan.n == 0)
        return true;
    err_set(e, ERR_FAILED, "Target database is not up to date.");
    return err_hint(e, "moonshift upgrade head");
}

const char *change_word(enum change_kind kind)
{
    static const char *const words[] = {
        [CHANGE_ADDED] = "added",
        [CHANGE_REMOVED] = "removed",
        [CHANGE_ALTERED] = "changed",
        [CHANGE_REBUILT] = "rebuilt",
    };
    return words[kind];
}

str change_text(const struct change *c, struct arena *a)
{
    const char *word = change_word(c->kind);
    const struct object *o = c->to ? c->to : c->from;
    if (o->table.n)
        return str_fmt(a, "%s %s '%.*s.%.*s'", word, o->kind, STR_ARG(o->table),
                       STR_ARG(o->name));
    return str_fmt(a, "%s %s '%.*s'", word, o->kind, STR_ARG(o->name));
}

void autogen_tell(struct session *s, const struct diff *d)
{
    for (size_t i = 0; i < d->n_changes; i++)
        if (!d->changes[i].silent)
            out_info(s, "Detected %.*s", STR_ARG(change_text(&d->changes[i], s->arena)));
    for (size_t i = 0; i < d->n_changes; i++)
        if (d->changes[i].kind == CHANGE_REMOVED && is_partition(d->changes[i].from)) {
            out_warn(s, "partitions that come and go by themselves are left alone by "
                        "exclude = { \"partition:*\" } in the configuration");
            break;
        }
    for (size_t i = 0; i < d->n_hazards; i++)
        if (strcmp(d->hazards[i].kind, LIKELY_RENAME) == 0)
            out_warn(s, "%s: %.*s", LIKELY_RENAME, STR_ARG(d->hazards[i].text));
    for (size_t i = 0; i < d->circles.n; i++)
        out_warn(s,
                 "no order is right for what needs each other: %.*s: see to it by hand",
                 STR_ARG(d->circles.at[i]));
}

static int by_op(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const struct hazard *)a)->op;
    uintptr_t right = (uintptr_t)((const struct hazard *)b)->op;
    return (left > right) - (left < right);
}

/* A column that must have a value, and rows that may have none (SQLSTATE 23502). */
static void put_required(struct buf *b, const struct op *op)
{
    const struct rec *args = op->args;
    if (op->info->kind == OP_add_column) {
        const struct rec *column = rec_at(args, K_column)->rec;
        if (rec_has(column, K_nullable) && !rec_bool(column, K_nullable) &&
            !rec_has(column, K_default) && !rec_has(column, K_identity) &&
            !rec_has(column, K_generated))
            buf_put(b,
                    "  -- fails while the table has rows: they have no value for it\n");
    } else if (op->info->kind == OP_alter_column && rec_has(args, K_nullable) &&
               !rec_bool(args, K_nullable)) {
        buf_put(b, "  -- fails while a row has no value there\n");
    }
}

/* `hazards` in the order of by_op. */
static void put_hazards(struct buf *b, const struct hazard *hazards, size_t n,
                        const struct op *op)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)hazards[middle].op < (uintptr_t)op)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < n && hazards[low].op == op; low++)
        buf_fmt(b, "  -- %s: %.*s\n", hazards[low].kind, STR_ARG(hazards[low].text));
    if (op->info->flags & OP_DESTROYS && op->info->kind != OP_replace_enum)
        buf_fmt(b, "  -- data loss: its contents are dropped\n");
    put_required(b, op);
}

/* A value that ADD VALUE brings is usable after the commit only (manual, ALTER TYPE). */
static bool is_used(str others, const struct op *add)
{
    struct arena scratch = {0};
    str quoted = str_fmt(&scratch, "'%.*s'", STR_ARG(rec_str(add->args, K_value)));
    bool used = str_index(others, quoted) < others.n;
    arena_reset(&scratch);
    return used;
}

/* All ops but those that add values, as they are written: where a value may be used. */
static str other_ops(const struct ops *ops, struct arena *a)
{
    struct buf b = buf_in(a);
    bool adds = false;
    for (size_t i = 0; i < ops->n; i++)
        adds |= ops->at[i]->info->kind == OP_add_enum_value;
    for (size_t i = 0; adds && i < ops->n; i++)
        if (ops->at[i]->info->kind != OP_add_enum_value)
            render_op(&b, ops->at[i], "op.", 0);
    return buf_done(&b);
}

str autogen_body(const struct diff *d, struct arena *a)
{
    struct buf b = buf_in(a);
    str others = other_ops(&d->ops, a);
    struct hazard *hazards =
        arena_grow(a, d->hazards, d->n_hazards, d->n_hazards, sizeof *hazards);
    if (d->n_hazards)
        qsort(hazards, d->n_hazards, sizeof *hazards, by_op);
    for (size_t i = 0; i < d->ops.n; i++) {
        const struct op *op = d->ops.at[i];
        bool apart = op->info->kind == OP_add_enum_value && is_used(others, op);
        if (i)
            buf_char(&b, '\n');
        put_hazards(&b, hazards, d->n_hazards, op);
        if (apart)
            buf_put(&b, "  -- the new value is usable after a commit only\n"
                        "  op.autocommit(function()\n");
        render_op(&b, op, "op.", apart ? 4 : 2);
        if (apart)
            buf_put(&b, "\n  end)");
    }
    return buf_done(&b);
}

static bool makes_routines(const struct diff *d)
{
    for (size_t i = 0; i < d->ops.n; i++)
        if (d->ops.at[i]->info->kind == OP_create_function ||
            d->ops.at[i]->info->kind == OP_create_procedure)
            return true;
    return false;
}

str autogen_header(const struct autogen *g)
{
    /* As pg_dump does: a body may name what is made after it. */
    return makes_routines(&g->up) || makes_routines(&g->down)
               ? STR("settings      = { check_function_bodies = \"off\" }")
               : STR("");
}
