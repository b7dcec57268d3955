#include "pg/backfill.h"

#include <time.h>

enum {
    FIRST_BATCH = 1000,
    LEAST_BATCH = 100,
    MOST_BATCH = 50000,
    TARGET_MS = 300, /* what a batch should take: rows stay locked that long */
    TELL_MS = 5000,
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_ms(int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL); /* a signal ends it, and the next statement sees it */
}

bool backfill_key(struct sink *s, str table, struct list *key, struct origin from,
                  struct arena *a, struct err *e)
{
    struct param params[] = {{.text = table}};
    struct stmt look = {
        .sql = STR("SELECT a.attname FROM pg_catalog.pg_index i CROSS JOIN LATERAL "
                   "unnest(i.indkey) WITH ORDINALITY AS k (attnum, n) JOIN "
                   "pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = "
                   "k.attnum WHERE i.indrelid = $1::text::regclass AND i.indisprimary "
                   "ORDER BY k.n"),
        .params = params, .n_params = 1, .flags = STMT_QUIET, .from = from};
    struct rows rows = {0};
    if (!s->query(s, &look, &rows, a, e))
        return false;
    if (rows.n_rows == 0) {
        err_set(e, ERR_FAILED, "op.backfill: %.*s has no primary key", STR_ARG(table));
        err_hint(e, "name the columns of a unique key: key = { ... }");
        return err_at(e, from.file, from.line);
    }
    struct val list = val_list(a, rows.n_rows);
    for (size_t i = 0; i < rows.n_rows; i++)
        list.list.at[i] = val_str(str_copy(a, rows.cells[i].text));
    *key = list.list;
    return true;
}

/* "$1::bigint": the parameters that stand for the last key. */
static bool bounds(struct sink *s, const struct backfill *b, str *out, struct arena *a,
                   struct err *e)
{
    for (size_t i = 0; i < b->key.n; i++) {
        struct param params[] = {{.text = b->table}, {.text = b->key.at[i].s}};
        struct stmt look = {
            .sql = STR("SELECT format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute "
                       "WHERE attrelid = $1::text::regclass AND attname = $2 AND attnum > 0 "
                       "AND NOT attisdropped"),
            .params = params, .n_params = 2, .flags = STMT_QUIET, .from = b->from};
        struct rows rows = {0};
        if (!s->query(s, &look, &rows, a, e))
            return false;
        if (rows.n_rows == 0) {
            err_set(e, ERR_FAILED, "op.backfill: %.*s has no column '%.*s'",
                    STR_ARG(b->table), STR_ARG(b->key.at[i].s));
            return err_at(e, b->from.file, b->from.line);
        }
        out[i] = str_fmt(a, "$%zu::text::%.*s", i + 1, STR_ARG(rows.cells[0].text));
    }
    return true;
}

/* The key as progress keeps it: each value with its length before it, "2:17". */
static str key_write(const struct cell *cells, size_t n, struct arena *a)
{
    struct buf b = buf_in(a);
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%zu:%.*s", cells[i].text.n, STR_ARG(cells[i].text));
    return buf_done(&b);
}

static bool key_read(str text, struct param *out, size_t n, struct arena *a)
{
    for (size_t i = 0; i < n; i++) {
        size_t colon = str_find(text, ':');
        long size;
        if (!str_int(str_cut(text, 0, colon), &size) || size < 0 ||
            colon + 1 + (size_t)size > text.n)
            return false;
        out[i] = (struct param){
            .text = str_copy(a, str_cut(text, colon + 1, colon + 1 + (size_t)size))};
        text = str_cut(text, colon + 1 + (size_t)size, text.n);
    }
    return text.n == 0;
}

static bool control(struct sink *s, const struct backfill *b, const char *sql, struct err *e)
{
    struct stmt stmt = {.sql = str_of(sql), .flags = STMT_QUIET, .from = b->from};
    return s->exec(s, &stmt, e);
}

/* One batch with its note, begun and not yet committed. *rows: how many it changed. */
static bool one_batch(struct sink *s, const struct ledger_names *names,
                      const struct backfill *b, str first, str next, struct progress *at,
                      struct arena *keep, int64_t *rows, struct err *e)
{
    struct arena a = {0};
    struct param *params = NEW_N(&a, struct param, b->key.n);
    struct stmt stmt = {.sql = first, .flags = STMT_QUIET, .from = b->from};
    struct rows found = {0};
    long count = 0;
    if (at->position.n) {
        stmt.sql = next;
        stmt.params = params;
        stmt.n_params = b->key.n;
        if (!key_read(at->position, params, b->key.n, &a)) {
            arena_reset(&a);
            return err_set(e, ERR_FAILED, "moonshift_progress: '%.*s' is no key",
                           STR_ARG(at->position));
        }
    }
    bool ok = control(s, b, "BEGIN", e) && s->query(s, &stmt, &found, &a, e);
    if (ok && found.n_rows) {
        str_int(found.cells[b->key.n].text, &count);
        at->position = key_write(found.cells, b->key.n, keep);
        at->done += count;
        ok = progress_save(s, names, at, &a, e);
    }
    *rows = count;
    ok = ok && control(s, b, "COMMIT", e);
    arena_reset(&a);
    return ok;
}

/* Waits while a standby is further behind than asked. */
static bool wait_for_standbys(struct sink *s, const struct backfill *b, struct err *e)
{
    for (;;) {
        struct arena a = {0};
        struct param params[] = {{.text = str_fmt(&a, "%lld", (long long)b->max_lag)}};
        struct stmt look = {.sql = STR("SELECT count(*) > 0 FROM pg_stat_replication WHERE "
                                       "replay_lag > make_interval(secs => $1::bigint)"),
                            .params = params, .n_params = 1, .flags = STMT_QUIET,
                            .from = b->from};
        struct rows rows = {0};
        bool ok = s->query(s, &look, &rows, &a, e);
        bool late = ok && str_is(rows.cells[0].text, "t");
        arena_reset(&a);
        if (!ok || !late)
            return ok;
        pause_ms(500);
    }
}

static int64_t adapted(int64_t size, int64_t took_ms)
{
    if (took_ms < TARGET_MS / 2)
        size *= 2;
    else if (took_ms > TARGET_MS * 2)
        size /= 2;
    return size < LEAST_BATCH ? LEAST_BATCH : size > MOST_BATCH ? MOST_BATCH : size;
}

bool backfill_run(struct sink *s, const struct ledger_names *names, const struct backfill *b,
                  struct progress *at,
                  void (*tell)(void *context, int64_t rows, double seconds), void *context,
                  struct err *e)
{
    struct arena texts = {0}, keys[2] = {{0}};
    int64_t size = b->batch > 0 ? b->batch : FIRST_BATCH, rows = 1, turn = 0;
    int64_t begun = now_ms(), told = begun;
    str *after = NEW_N(&texts, str, b->key.n);
    bool ok = bounds(s, b, after, &texts, e);
    while (ok && rows > 0) {
        struct arena sql = {0};
        int64_t start = now_ms();
        arena_reset(&keys[turn]); /* the other one holds the key to go on from */
        ok = one_batch(s, names, b, backfill_batch(b, NULL, size, &sql),
                       backfill_batch(b, after, size, &sql), at, &keys[turn], &rows, e);
        arena_reset(&sql);
        turn = !turn;
        int64_t now = now_ms();
        if (ok && b->batch <= 0)
            size = adapted(size, now - start);
        if (ok && tell && now - told >= TELL_MS) {
            tell(context, at->done, (double)(now - begun) / 1000);
            told = now;
        }
        if (ok && rows && (b->pause_ms > 0 || b->max_lag > 0)) {
            ok = s->sync(s, e) && (b->max_lag <= 0 || wait_for_standbys(s, b, e));
            if (ok)
                pause_ms(b->pause_ms);
        }
    }
    ok = ok && s->sync(s, e);
    at->position = STR_NONE;
    for (int i = 0; i < 2; i++)
        arena_reset(&keys[i]);
    arena_reset(&texts);
    return ok;
}
