/* Rows one at a time from a cursor, so that whoever receives them can run statements on
 * the same connection between two rows. Only inside a transaction, and only for what
 * DECLARE CURSOR takes; else rows are streamed, and the connection is busy meanwhile. */
#include "pg/conn_inner.h"

#include <ctype.h>
#include <strings.h>

enum { ROWS_AT_ONCE = 500 };

/* `word` stands somewhere in the text as a word of its own, in any case. */
static bool holds_word(str sql, const char *word)
{
    str w = str_of(word);
    for (size_t i = 0; i + w.n <= sql.n; i++) {
        bool starts = i == 0 || (!isalnum((unsigned char)sql.p[i - 1]) && sql.p[i - 1] != '_');
        bool ends = i + w.n == sql.n || (!isalnum((unsigned char)sql.p[i + w.n]) &&
                                         sql.p[i + w.n] != '_');
        if (starts && ends && strncasecmp(sql.p + i, w.p, w.n) == 0)
            return true;
    }
    return false;
}

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
        if (holds_word(stmt->sql, refused[i]))
            return false;
    return true;
}

static bool hand_out(const struct rows *rows, row_fn *row, void *context, struct err *e)
{
    for (size_t i = 0; i < rows->n_rows; i++)
        if (!row(context, rows, rows->cells + i * rows->n_columns, e))
            return false;
    return true;
}

bool cursor_each(struct conn *c, const struct stmt *stmt, row_fn *row, void *context,
                 struct err *e)
{
    struct sink *s = &c->sink;
    struct arena a = {0}, batch = {0};
    unsigned number = ++c->cursors;
    struct stmt declare = *stmt, fetch = {.flags = STMT_QUIET, .from = stmt->from}, close;
    size_t before = 0;
    struct buf b = buf_in(&a);
    buf_fmt(&b, "DECLARE moonshift_%u NO SCROLL CURSOR FOR ", number);
    before = b.n;
    buf_str(&b, stmt->sql);
    declare.sql = buf_done(&b);
    fetch.sql = str_fmt(&a, "FETCH %d FROM moonshift_%u", ROWS_AT_ONCE, number);
    close = fetch;
    close.sql = str_fmt(&a, "CLOSE moonshift_%u", number);
    struct rows rows = {0};
    bool ok = s->query(s, &declare, &rows, &a, e);
    if (!ok && str_starts(e->sql, str_cut(declare.sql, 0, before))) { /* show what the script wrote */
        e->sql = sql_masked(stmt->sql, &e->arena);
        e->position = e->position > (int)before ? e->position - (int)before : 0;
    }
    do {
        arena_rewind(&batch);
        ok = ok && s->query(s, &fetch, &rows, &batch, e) && hand_out(&rows, row, context, e);
    } while (ok && rows.n_rows == ROWS_AT_ONCE);
    struct err ignored = {0};
    if (!c->failed) /* the receiver may have failed with its own error, the server not */
        s->exec(s, &close, ok ? e : &ignored);
    err_clear(&ignored);
    arena_reset(&a);
    arena_reset(&batch);
    return ok && e->kind == ERR_NONE;
}
