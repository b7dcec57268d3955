/* The key that a backfill walks by: which columns, and why not others. */
#include "pg/backfill_inner.h"
#include "pg/sql.h"
#include "plan/quote.h"

#include <string.h>

static str names_text(struct list names, const char *item, const char *between,
                      struct arena *a)
{
    struct buf b = buf_in(a);
    for (size_t i = 0; i < names.n; i++) {
        buf_put(&b, i ? between : "");
        for (const char *p = item; *p; p++)
            if (*p == '@')
                buf_str(&b, names.at[i].s);
            else
                buf_char(&b, *p);
    }
    return buf_done(&b);
}

/* The text of a text[]. */
static str array_text(struct list names, struct arena *a)
{
    struct buf b = buf_in(a);
    bool first = true;
    buf_char(&b, '{');
    for (size_t i = 0; i < names.n; i++) {
        buf_sep(&b, &first, ",");
        quote_element(&b, names.at[i].s);
    }
    buf_char(&b, '}');
    return buf_done(&b);
}

/* The SQLSTATE says of what kind the fault is, as the server would: what is missing may
 * come with an earlier revision, so that `plan` goes on behind it. */
static bool missing(struct err *e, const char *sqlstate, struct origin from)
{
    memcpy(e->sqlstate, sqlstate, 5);
    return err_at(e, from.file, from.line);
}

static bool check_columns(struct sink *s, str table, struct list wanted,
                          struct origin from, struct arena *a, struct err *e)
{
    struct param params[] = {{.text = table}, {.text = array_text(wanted, a)}};
    struct stmt look = {
        .sql = STR("SELECT w.name FROM unnest($2::text[]) AS w (name) WHERE NOT EXISTS "
                   "(SELECT FROM pg_catalog.pg_attribute WHERE attrelid = "
                   "$1::text::regclass AND attname = w.name AND attnum > 0 AND NOT "
                   "attisdropped)"),
        .params = params,
        .n_params = 2,
        .flags = STMT_QUIET,
        .from = from};
    struct rows rows;
    if (!s->query(s, &look, &rows, a, e))
        return false;
    if (rows.n_rows == 0)
        return true;
    err_set(e, ERR_FAILED, "op.backfill: %.*s has no column '%.*s'", STR_ARG(table),
            STR_ARG(rows.cells[0].text));
    return missing(e, "42703", from);
}

static bool check_table(struct sink *s, str table, struct origin from, struct arena *a,
                        struct err *e)
{
    struct param name = {.text = table};
    struct stmt look = {.sql =
                            STR("SELECT relkind IN ('r', 'p') FROM pg_catalog.pg_class "
                                "WHERE oid = to_regclass($1::text)"),
                        .params = &name,
                        .n_params = 1,
                        .flags = STMT_QUIET,
                        .from = from};
    struct rows rows;
    if (!s->query(s, &look, &rows, a, e))
        return false;
    if (rows.n_rows && str_is(rows.cells[0].text, "t"))
        return true;
    err_set(e, ERR_FAILED, "op.backfill: %.*s %s", STR_ARG(table),
            rows.n_rows ? "is no table: name the one whose rows are to be changed"
                        : "does not exist");
    return rows.n_rows ? err_at(e, from.file, from.line) : missing(e, "42P01", from);
}

static bool no_key(str table, struct list wanted, bool nullable, struct origin from,
                   struct arena *a, struct err *e)
{
    str names = names_text(wanted, "@", ", ", a);
    if (nullable)
        err_set(e, ERR_FAILED,
                "op.backfill: the key (%.*s) of %.*s can be NULL, and rows "
                "without a key would be left out",
                STR_ARG(names), STR_ARG(table));
    else if (wanted.n)
        err_set(e, ERR_FAILED,
                "op.backfill: no unique index of %.*s is on (%.*s), and of "
                "rows with the same key some would be left out",
                STR_ARG(table), STR_ARG(names));
    else
        err_set(e, ERR_FAILED,
                "op.backfill: %.*s has no primary key, and no other unique "
                "index over columns that are NOT NULL",
                STR_ARG(table));
    err_hint(e, "a walk in batches needs a key that every row has and no two rows share: "
                "create one first, or change the rows in one statement with op.execute");
    return missing(e, "42P10", from);
}

bool backfill_find_key(struct sink *s, str table, struct list wanted, struct list *key,
                       str **types, struct origin from, struct arena *a, struct err *e)
{
    struct param params[] = {{.text = table},
                             {.text = array_text(wanted, a), .null = wanted.n == 0}};
    struct stmt look = {.sql = sql_named("backfill_key"),
                        .params = params,
                        .n_params = 2,
                        .flags = STMT_QUIET,
                        .from = from};
    struct rows rows = {0};
    if (!check_table(s, table, from, a, e) ||
        (wanted.n && !check_columns(s, table, wanted, from, a, e)) ||
        !s->query(s, &look, &rows, a, e))
        return false;
    bool nullable = rows.n_rows && !str_is(rows.cells[2].text, "t");
    if (rows.n_rows == 0 || nullable)
        return no_key(table, wanted, nullable, from, a, e);
    struct val list = val_list(a, rows.n_rows);
    *types = NEW_N(a, str, rows.n_rows);
    for (size_t i = 0; i < rows.n_rows; i++) {
        list.list.at[i] = val_str(str_copy(a, rows.cells[i * 3].text));
        (*types)[i] = str_copy(a, rows.cells[i * 3 + 1].text);
    }
    *key = list.list;
    return true;
}

bool backfill_key(struct sink *s, str table, struct list wanted, struct list *key,
                  struct origin from, struct arena *a, struct err *e)
{
    str *types;
    return backfill_find_key(s, table, wanted, key, &types, from, a, e);
}
