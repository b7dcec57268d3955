/* The advisory lock that lets one program at a time migrate a database.
 *
 * Taken with the try form and polled: a session that waits inside pg_advisory_lock holds
 * a snapshot, and CREATE INDEX CONCURRENTLY of the one that has the lock waits for all
 * older snapshots, so that both would wait for ever.
 *
 * The key is the FNV-1a hash (64 bits) of "moonshift:SCHEMA.TABLE" with the names of the
 * version table. Advisory locks are local to a database (manual, 13.3.5), so its name is
 * no part of the key.
 */
#include "pg/conn_inner.h"
#include "pg/ledger.h"
#include "pg/sql.h"

#include <stdio.h>
#include <time.h>

static uint64_t fnv1a(uint64_t hash, str s)
{
    for (size_t i = 0; i < s.n; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 1099511628211u;
    return hash;
}

static int64_t lock_key(const struct ledger_names *names)
{
    uint64_t hash = fnv1a(14695981039346656037u, STR("moonshift:"));
    hash = fnv1a(hash, names->schema.n ? names->schema : STR("public"));
    hash = fnv1a(hash, STR("."));
    return (int64_t)fnv1a(hash, names->version_table);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool ask(struct conn *c, str sql, int64_t key, struct rows *out, struct arena *a,
                struct err *e)
{
    struct param param = {.text = str_fmt(a, "%lld", (long long)key)};
    struct stmt stmt = {
        .sql = str_copy(a, sql), .params = &param, .n_params = 1, .flags = STMT_QUIET};
    return c->sink.query(&c->sink, &stmt, out, a, e);
}

static bool is_true(const struct cell *cell)
{
    return !cell->null && str_is(cell->text, "t");
}

/* "pid 4711 (moonshift, role app, from 10.0.0.5) since ..."; the holder may be gone. */
static str holder_text(const struct rows *rows, struct arena *a)
{
    const struct cell *cell = rows->cells;
    if (rows->n_rows == 0)
        return STR("a session that has just ended");
    return str_fmt(a, "pid %.*s (%.*s), connected since %.*s", STR_ARG(cell[0].text),
                   STR_ARG(cell[1].text), STR_ARG(cell[2].text));
}

/* From 50 ms up to a second, each pause between half and all of it, so that twenty
 * programs do not ask at the same moment. */
static void pause_some(int64_t longest_ms, uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    int64_t pause_ms =
        longest_ms / 2 + (int64_t)((*seed >> 33) % (uint64_t)(longest_ms / 2 + 1));
    struct timespec t = {.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000};
    nanosleep(&t, NULL); /* a signal ends it early, and the next statement says so */
}

static bool gave_up(int64_t wait_ms, str holder, struct err *e)
{
    if (wait_ms == 0)
        err_set(e, ERR_FAILED, "another program is migrating this database: %.*s",
                STR_ARG(holder));
    else
        err_set(e, ERR_FAILED,
                "another program is migrating this database, and %.3g s were "
                "not enough to wait for it: %.*s",
                (double)wait_ms / 1000, STR_ARG(holder));
    return err_hint(
        e, "wait longer (--lock-wait 10m), or look at what it does: select * from "
           "pg_stat_activity");
}

bool ledger_lock(struct conn *c, const struct ledger_names *names, int64_t wait_ms,
                 void (*waiting)(void *context, str holder), void *context, struct err *e)
{
    enum { FIRST_MS = 50, LONGEST_MS = 1000, TELL_MS = 15000 };
    int64_t key = lock_key(names), start = now_ms(), longest = FIRST_MS;
    uint64_t seed = (uint64_t)start * 2654435761u + (uint64_t)conn_pid(c);
    struct arena a = {0}, told_in = {0};
    struct rows rows;
    str told = STR_NONE; /* the holder that was told last */
    int64_t told_ms = -1;
    bool ok = false;
    for (;;) {
        arena_rewind(&a);
        if (!ask(c, sql_named("lock_try"), key, &rows, &a, e))
            break;
        if (is_true(&rows.cells[0])) {
            long pid = 0;
            str_int(rows.cells[1].text, &pid);
            c->direct = pid == conn_pid(c);
            ok = c->direct || pooler_check(c, key, pid, e);
            break;
        }
        if (!ask(c, sql_named("lock_holder"), key, &rows, &a, e))
            break;
        str holder = holder_text(&rows, &a);
        int64_t left = wait_ms < 0 ? LONGEST_MS : start + wait_ms - now_ms();
        if (left <= 0) {
            gave_up(wait_ms, holder, e);
            break;
        }
        if (waiting &&
            (told_ms < 0 || now_ms() - told_ms >= TELL_MS || !str_eq(holder, told))) {
            arena_rewind(&told_in);
            told = str_copy(&told_in, holder);
            told_ms = now_ms();
            waiting(context, told);
        }
        pause_some(left < longest ? left : longest, &seed);
        longest = longest * 3 / 2 < LONGEST_MS ? longest * 3 / 2 : LONGEST_MS;
    }
    arena_reset(&a);
    arena_reset(&told_in);
    return ok;
}

bool ledger_unlock(struct conn *c, const struct ledger_names *names, struct err *e)
{
    struct arena a = {0};
    struct rows rows;
    bool ok = ask(c, STR("SELECT pg_advisory_unlock($1::bigint)"), lock_key(names), &rows,
                  &a, e);
    arena_reset(&a);
    return ok;
}
