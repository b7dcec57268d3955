/* Rows one at a time from a cursor, so that whoever receives them can run statements on
 * the same connection between two rows. Only inside a transaction, and only for what
 * DECLARE CURSOR takes; else rows are streamed, and the connection is busy meanwhile. */
#include "pg/conn_inner.h"
#include "plan/masked.h"

/* Rows are fetched in batches of about this size, in bytes and in rows. */
enum { SMALL_BATCH = 128 * 1024, LARGE_BATCH = 512 * 1024, FEWEST = 16, MOST = 8192 };

bool cursor_fits(const struct conn *c, const struct stmt *stmt)
{
    /* WITH may change rows and SELECT may have INTO, which a cursor refuses (manual,
     * DECLARE). A word inside a literal only means that the rows are streamed. */
    static const char *const refused[] = {"into", "insert", "update", "delete", "merge"};
    if (!c->in_tx)
        return false;
    if (!stmt_is(stmt->sql, "select") && !stmt_is(stmt->sql, "with") &&
        !stmt_is(stmt->sql, "values") && !stmt_is(stmt->sql, "table"))
        return false;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (stmt_holds(stmt->sql, refused[i]))
            return false;
    return true;
}

static size_t bytes_of(const struct rows *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n_rows * rows->n_columns; i++)
        n += rows->cells[i].text.n + sizeof *rows->cells;
    return n;
}

static bool hand_out(const struct rows *rows, row_fn *row, void *context, struct err *e)
{
    for (size_t i = 0; i < rows->n_rows; i++)
        if (!row(context, rows, rows->cells + i * rows->n_columns, e))
            return false;
    return true;
}

/* How many rows the next batch should have. */
static size_t next_batch(size_t n, const struct rows *last)
{
    size_t bytes = bytes_of(last);
    if (bytes < SMALL_BATCH && n < MOST)
        return n * 2;
    return bytes > LARGE_BATCH && n > FEWEST ? n / 2 : n;
}

static bool fetch_all(struct conn *c, const struct stmt *stmt, row_fn *row, void *context,
                      struct err *e)
{
    struct arena batch = {0};
    struct stmt fetch = {.flags = STMT_QUIET, .from = stmt->from};
    struct rows rows = {0};
    size_t n = 4 * FEWEST;
    unsigned number = c->cursors;
    bool ok = true;
    for (;;) {
        fetch.sql = str_fmt(&batch, "FETCH %zu FROM moonshift_%u", n, number);
        ok = c->sink.query(&c->sink, &fetch, &rows, &batch, e) &&
             hand_out(&rows, row, context, e);
        if (!ok || rows.n_rows < n)
            break;
        n = next_batch(n, &rows);
        arena_rewind(&batch);
    }
    arena_reset(&batch);
    return ok;
}

/* Shows what the script wrote instead of the DECLARE it became. */
static void show_own_text(str declared, size_t before, const struct stmt *stmt,
                          struct err *e)
{
    if (!str_starts(e->sql, str_cut(declared, 0, before)))
        return;
    e->sql = sql_masked(stmt->sql, &e->arena);
    e->position = e->position > (int)before ? e->position - (int)before : 0;
}

bool cursor_each(struct conn *c, const struct stmt *stmt, row_fn *row, void *context,
                 struct err *e)
{
    struct arena a = {0};
    struct stmt declare = *stmt, close = {.flags = STMT_QUIET, .from = stmt->from};
    unsigned number = ++c->cursors;
    struct buf b = buf_in(&a);
    buf_fmt(&b, "DECLARE moonshift_%u NO SCROLL CURSOR FOR ", number);
    size_t before = b.n;
    buf_str(&b, stmt->sql);
    declare.sql = buf_done(&b);
    close.sql = str_fmt(&a, "CLOSE moonshift_%u", number);
    bool ok = c->sink.exec(&c->sink, &declare, e) && fetch_all(c, stmt, row, context, e);
    if (!ok)
        show_own_text(declare.sql, before, stmt, e);
    struct err ignored = {0};
    if (!c->failed) /* the receiver may have failed with its own error, the server not */
        ok = c->sink.exec(&c->sink, &close, ok ? e : &ignored) && ok;
    err_clear(&ignored);
    arena_reset(&a);
    return ok;
}
