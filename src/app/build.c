#include "app/build.h"

#include "plan/compile.h"
#include "plan/quote.h"
#include "plan/sqltext.h"
#include "script/vm.h"

#include <stdlib.h>
#include <string.h>

bool pieces_add_sql(struct pieces *p, str text, str file, int server_version,
                    struct arena *a, struct err *e)
{
    struct stmt_list stmts = {0};
    struct split_options options = {.server_version = server_version};
    if (!sql_split_for(text, &options, &stmts, a, e))
        return err_at(e, file, 0);
    for (size_t i = 0; i < stmts.n; i++) {
        struct piece *piece = PUSH(a, p->at, p->n, p->room);
        *PUSH(a, piece->stmts.at, piece->stmts.n, piece->stmts.room) = stmts.at[i];
        piece->stmts.at[0].from = (struct origin){.file = file, .line = stmts.at[i].first_line};
    }
    return true;
}

/* Kinds in an order in which they mostly need each other. */
static int rank_of(const struct op *op)
{
    static const char *const order[] = {
        "create_schema",
        "create_extension",
        "create_collation",
        "create_enum",
        "create_composite_type",
        "create_domain",
        "create_range_type",
        "create_sequence",
        "create_function",
        "create_procedure",
        "create_aggregate",
        "create_operator",
        "create_cast",
        "create_table",
        "create_foreign_table",
        "alter_table",
        "create_primary_key",
        "create_unique_constraint",
        "create_check_constraint",
        "create_index",
        "create_foreign_key",
        "create_view",
        "create_materialized_view",
    };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (strcmp(op->info->shape.name, order[i]) == 0)
            return (int)i + 1;
    return 100;
}

static bool add_op(struct pieces *p, const struct op *op, int rank, int server_version,
                   struct arena *a, struct err *e)
{
    struct compile_context context = {.server_version = server_version};
    struct piece *piece = PUSH(a, p->at, p->n, p->room);
    piece->rank = rank;
    if (!op_compile(op, &context, &piece->stmts, a, e))
        return err_at(e, op->from.file, op->from.line);
    for (size_t i = 0; i < piece->stmts.n; i++)
        piece->stmts.at[i].from = op->from;
    return true;
}

/* The foreign keys of a table literal as ops: two tables may name each other. */
static void take_foreign_keys(struct op *table, struct ops *keys, struct arena *a)
{
    struct rec *t = table->args;
    struct list literal = rec_list(t, K_foreign_keys), columns = rec_list(t, K_columns);
    for (size_t i = 0; i < literal.n; i++) {
        struct op *op = op_new(a, OP_create_foreign_key);
        const struct rec *key = literal.at[i].rec;
        op->from = table->from;
        for (size_t k = 0; k < key->shape->n_fields; k++)
            rec_set(op->args, key->shape->fields[k].key, key->at[k]);
        rec_set(op->args, K_table, *rec_at(t, K_name));
        rec_set(op->args, K_schema, *rec_at(t, K_schema));
        ops_add(keys, op, a);
    }
    rec_set(t, K_foreign_keys, (struct val){.kind = VAL_NONE});
    for (size_t i = 0; i < columns.n; i++) {
        struct rec *column = columns.at[i].rec;
        const struct val *references = rec_at(column, K_references);
        if (references->kind != VAL_REC)
            continue;
        const struct rec *r = references->rec;
        struct op *op = op_new(a, OP_create_foreign_key);
        op->from = table->from;
        for (size_t k = 0; k < r->shape->n_fields; k++) {
            enum key key = r->shape->fields[k].key;
            if (key == K_table)
                rec_set(op->args, K_referent_table, r->at[k]);
            else if (key == K_schema)
                rec_set(op->args, K_referent_schema, r->at[k]);
            else if (key == K_column && r->at[k].kind == VAL_STR)
                rec_set(op->args, K_referent_columns, val_strs(a, &r->at[k].s, 1));
            else if (key != K_column)
                rec_set(op->args, key, r->at[k]);
        }
        str name = rec_str(column, K_name);
        rec_set(op->args, K_table, *rec_at(t, K_name));
        rec_set(op->args, K_schema, *rec_at(t, K_schema));
        rec_set(op->args, K_columns, val_strs(a, &name, 1));
        rec_set(column, K_references, (struct val){.kind = VAL_NONE});
        ops_add(keys, op, a);
    }
}

bool pieces_add_ops(struct pieces *p, const struct ops *ops, int server_version,
                    struct arena *a, struct err *e)
{
    struct ops keys = {0};
    for (size_t i = 0; i < ops->n; i++) {
        struct op *op = op_copy(a, ops->at[i]);
        if (op->info->kind == OP_create_table)
            take_foreign_keys(op, &keys, a);
        if (op->info->kind == OP_create_index)
            rec_set(op->args, K_concurrently, (struct val){.kind = VAL_NONE});
        if (!add_op(p, op, rank_of(op), server_version, a, e))
            return false;
    }
    for (size_t i = 0; i < keys.n; i++)
        if (!add_op(p, keys.at[i], rank_of(keys.at[i]), server_version, a, e))
            return false;
    return true;
}

bool pieces_add_ops_in_order(struct pieces *p, const struct ops *ops, int server_version,
                             struct arena *a, struct err *e)
{
    for (size_t i = 0; i < ops->n; i++)
        if (!add_op(p, ops->at[i], 0, server_version, a, e))
            return false;
    return true;
}

static bool send(struct sink *s, const struct piece *piece, struct err *e)
{
    for (size_t i = 0; i < piece->stmts.n; i++)
        if (!s->exec(s, &piece->stmts.at[i], e))
            return false;
    return true;
}

static bool plain(struct sink *s, const char *sql, struct err *e)
{
    struct stmt stmt = {.sql = str_of(sql), .flags = STMT_QUIET};
    return s->exec(s, &stmt, e);
}

static bool all_at_once(struct pieces *p, struct conn *c, struct err *e)
{
    struct sink *s = conn_sink(c);
    if (!plain(s, "BEGIN", e))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (!send(s, &p->at[i], e))
            return false;
    return plain(s, "COMMIT", e) && s->sync(s, e);
}

/* What a build needs of its session, which recovering from an error resets. Scripts of
 * pg_dump empty the search path: each build starts anew. */
static bool set_session(struct conn *c, str default_schema, struct arena *a,
                        struct err *e)
{
    struct rows rows;
    struct param schema = {default_schema, false};
    struct stmt set = {
        .sql = STR("SELECT set_config('search_path', quote_ident($1), false), "
                   "set_config('check_function_bodies', 'off', false), "
                   "set_config('client_min_messages', 'warning', false)"),
        .params = &schema,
        .n_params = 1,
        .flags = STMT_QUIET};
    return conn_sink(c)->query(conn_sink(c), &set, &rows, a, e);
}

static bool recover(struct conn *c, str default_schema, struct arena *a, struct err *e)
{
    return conn_recover(c, e) && set_session(c, default_schema, a, e);
}

static bool begin(struct conn *c, str default_schema, struct arena *a, struct err *e)
{
    if (!str_is(default_schema, "public")) {
        struct buf b = buf_in(a);
        buf_put(&b, "CREATE SCHEMA IF NOT EXISTS ");
        quote_ident(&b, default_schema);
        if (!plain(conn_sink(c), buf_done(&b).p, e))
            return false;
    }
    return set_session(c, default_schema, a, e);
}

/* Rounds over what is left, until nothing is or nothing works any more. */
static bool one_by_one(struct pieces *p, struct conn *c, str default_schema,
                       struct arena *a, struct err *e)
{
    struct sink *s = conn_sink(c);
    size_t left = p->n;
    for (size_t before = left + 1; left && left < before;) {
        before = left;
        for (size_t i = 0; i < p->n; i++) {
            if (p->at[i].done)
                continue;
            struct err failure = {0}, recovery = {0};
            if (send(s, &p->at[i], &failure) && s->sync(s, &failure)) {
                p->at[i].done = true;
                left--;
            } else if (vm_interrupted || !recover(c, default_schema, a, &recovery)) {
                err_copy(e, &failure);
                err_clear(&failure);
                err_clear(&recovery);
                return false;
            }
            err_clear(&failure);
        }
    }
    for (size_t i = 0; i < p->n && left; i++)
        if (!p->at[i].done)
            return send(s, &p->at[i], e) && s->sync(s, e);
    return true;
}

static int by_rank(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;
    return (left->rank > right->rank) - (left->rank < right->rank);
}

/* A stable order by rank: qsort is not stable, so the place is part of the rank. */
static void sort_pieces(struct pieces *p)
{
    for (size_t i = 0; i < p->n; i++)
        p->at[i].rank = p->at[i].rank * 1000000 + (int)(i < 999999 ? i : 999999);
    if (p->n)
        qsort(p->at, p->n, sizeof *p->at, by_rank);
}

bool pieces_build(struct pieces *p, struct conn *c, str default_schema, struct arena *a,
                  struct err *e)
{
    struct err first = {0};
    bool alone = false;
    /* pg_catalog stands for a search path in which nothing can be made. */
    if (str_starts(default_schema, STR("pg_")))
        default_schema = STR("public");
    sort_pieces(p);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->at[i].stmts.n; k++)
            alone |= (p->at[i].stmts.at[k].flags & STMT_NO_TX) != 0;
    if (!begin(c, default_schema, a, e))
        return false;
    if (!alone && all_at_once(p, c, &first))
        return true;
    if (vm_interrupted) /* what was cancelled is not to be tried another way */
        err_copy(e, &first);
    err_clear(&first);
    return !vm_interrupted && (alone || conn_recover(c, e)) &&
           begin(c, default_schema, a, e) && one_by_one(p, c, default_schema, a, e);
}
