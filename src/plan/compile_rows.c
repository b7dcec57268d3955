/* Rows, and SQL as the user wrote it. */
#include "plan/sqltext.h"
#include "plan/write.h"

enum { ROWS_PER_INSERT = 500 };

/* The columns that any row names, in the order of first appearance. */
static struct list columns_of(struct list rows, struct arena *a)
{
    struct list names = {NULL, 0};
    size_t room = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const struct map *m = &rows.at[i].map;
        for (size_t j = 0; j < m->n; j++) {
            size_t k = 0;
            while (k < names.n && !str_eq(names.at[k].s, m->at[j].key))
                k++;
            if (k == names.n)
                *PUSH(a, names.at, names.n, room) = val_str(m->at[j].key);
        }
    }
    return names;
}

static void put_row(struct pen *p, const struct val *row, struct list columns)
{
    bool first = true;
    put(p, "(");
    for (size_t i = 0; i < columns.n; i++) {
        const struct val *v = val_get(row, columns.at[i].s);
        buf_sep(&p->b, &first, ", ");
        if (v->kind == VAL_NONE)
            put(p, "DEFAULT");
        else
            put_value(p, v);
    }
    put(p, ")");
}

/* What a row says of a column that is not listed would be lost. */
static bool check_columns(struct pen *p, struct list rows, struct list columns)
{
    for (size_t i = 0; i < rows.n; i++)
        for (size_t k = 0; k < rows.at[i].map.n; k++)
            if (!list_has(columns, rows.at[i].map.at[k].key))
                return pen_fail(
                    p, "row %zu has a value for '%.*s', which is none of the columns",
                    i + 1, STR_ARG(rows.at[i].map.at[k].key));
    return true;
}

typedef void put_tail_fn(struct pen *p, const struct rec *r, struct list columns);

/* Rows in statements of some hundred each. Values are literals, so that --sql and a run
 * send the same text, and nothing is limited by the protocol's 65535 parameters. */
static bool insert_rows(struct pen *p, const struct rec *r, put_tail_fn *put_tail)
{
    struct list rows = rec_list(r, K_rows);
    struct list columns =
        rec_has(r, K_columns) ? rec_list(r, K_columns) : columns_of(rows, p->a);
    if (rows.n && columns.n == 0)
        return pen_fail(p, "the rows name no column");
    if (rec_has(r, K_columns) && !check_columns(p, rows, columns))
        return false;
    for (size_t from = 0; from < rows.n; from += ROWS_PER_INSERT) {
        bool first = true;
        put_form(p, r, "INSERT INTO {schema.table} (");
        for (size_t i = 0; i < columns.n; i++) {
            buf_sep(&p->b, &first, ", ");
            put_ident(p, columns.at[i].s);
        }
        put_form(p, r, ")[overriding: OVERRIDING {overriding}] VALUES");
        for (size_t i = from; i < rows.n && i < from + ROWS_PER_INSERT; i++) {
            put(p, i == from ? "\n    " : ",\n    ");
            put_row(p, &rows.at[i], columns);
        }
        put_tail(p, r, columns);
        if (!pen_end(p, 0))
            return false;
    }
    return p->ok;
}

static void put_on_conflict(struct pen *p, const struct rec *r, struct list columns)
{
    (void)columns;
    put_form(p, r, "[on_conflict:\nON CONFLICT {on_conflict}]");
}

bool compile_bulk_insert(struct pen *p, const struct rec *r)
{
    return insert_rows(p, r, put_on_conflict);
}

static void put_update(struct pen *p, const struct rec *r, struct list columns)
{
    struct list conflict = rec_list(r, K_conflict);
    struct list update = rec_has(r, K_update) ? rec_list(r, K_update) : columns;
    bool first = true;
    put_form(p, r, "\nON CONFLICT ({conflict}) DO ");
    for (size_t i = 0; i < update.n; i++) {
        str name = update.at[i].s;
        if (!rec_has(r, K_update) && list_has(conflict, name))
            continue;
        put(p, first ? "UPDATE SET " : "");
        buf_sep(&p->b, &first, ", ");
        put_ident(p, name);
        put(p, " = excluded.");
        put_ident(p, name);
    }
    put_form(p, r, first ? "NOTHING" : "[where: WHERE {where}]");
}

/* A default that stands in for what a row leaves out would replace what is there. */
static bool same_columns(struct pen *p, const struct rec *r)
{
    struct list rows = rec_list(r, K_rows);
    struct list columns =
        rec_has(r, K_columns) ? rec_list(r, K_columns) : columns_of(rows, p->a);
    for (size_t i = 0; i < rows.n; i++)
        for (size_t k = 0; k < columns.n; k++)
            if (val_get(&rows.at[i], columns.at[k].s)->kind == VAL_NONE)
                return pen_fail(p,
                                "row %zu lacks '%.*s', which others name: write "
                                "op.NULL, or sql \"default\"",
                                i + 1, STR_ARG(columns.at[k].s));
    return true;
}

bool compile_upsert(struct pen *p, const struct rec *r)
{
    if (!same_columns(p, r))
        return false;
    return insert_rows(p, r, put_update);
}

static const struct param *params_of(struct pen *p, struct list values)
{
    struct param *params = NEW_N(p->a, struct param, values.n);
    for (size_t i = 0; i < values.n; i++) {
        const struct val *v = &values.at[i];
        params[i].null = v->kind == VAL_NONE || v->kind == VAL_NULL;
        if (params[i].null)
            continue;
        if (v->kind == VAL_SQL)
            pen_fail(p, "parameter %zu is sql \"…\": write it into the text", i + 1);
        else if (!val_text(v, &params[i].text, p->a))
            pen_fail(p, "parameter %zu cannot be written as text", i + 1);
        else
            params[i].text = str_copy(p->a, params[i].text);
    }
    return params;
}

bool compile_execute(struct pen *p, const struct rec *r)
{
    size_t before = p->out->n;
    struct list values = rec_list(r, K_params);
    struct split_options options = {.in_transaction = !p->c->autocommit,
                                    .autocommit = p->c->autocommit,
                                    .server_version = p->c->server_version};
    if (!sql_split_for(rec_str(r, K_sql), &options, p->out, p->a, p->e))
        return false;
    if (values.n && p->out->n != before + 1)
        return pen_fail(p, "parameters need exactly one statement, and this text has %zu",
                        p->out->n - before);
    for (size_t i = before; i < p->out->n; i++)
        p->out->at[i].from = p->op->from;
    if (values.n) {
        p->out->at[before].params = params_of(p, values);
        p->out->at[before].n_params = values.n;
    }
    return p->ok;
}
