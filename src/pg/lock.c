/* The lock that lets one program at a time migrate a database: an advisory lock, or a row
 * (pg/lease.c).
 *
 * The advisory lock is taken with the try form and polled: a session that waits inside
 * pg_advisory_lock holds a snapshot, and CREATE INDEX CONCURRENTLY of the one that has the
 * lock waits for all older snapshots, so that both would wait for ever.
 *
 * The key is the FNV-1a hash (64 bits) of "moonshift:SCHEMA.TABLE" with the names of the
 * version table. Advisory locks are local to a database (manual, 13.3.5), so its name is
 * no part of the key.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "pg/conn_inner.h"
#include "pg/ledger.h"
#include "pg/sql.h"

#include <unistd.h>

static int64_t lock_key(const struct ledger_names *names)
{
    uint64_t hash = hash_str(HASH_START, STR("moonshift:"));
    hash = hash_str(hash, names->schema.n ? names->schema : STR("public"));
    hash = hash_str(hash, STR("."));
    return (int64_t)hash_str(hash, names->version_table);
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

/* Who holds the advisory lock; no row: nobody. */
static bool advisory_holder(struct sink *s, const struct ledger_names *names,
                            struct rows *out, struct arena *a, struct err *e)
{
    struct param key = {.text = str_fmt(a, "%lld", (long long)lock_key(names))};
    struct stmt look = {.sql = sql_named("lock_holder"),
                        .params = &key,
                        .n_params = 1,
                        .flags = STMT_QUIET};
    return s->query(s, &look, out, a, e);
}

/* Who holds the lock that is a row, whose table is there; no row: nobody. */
static bool row_holder(struct sink *s, const struct ledger_names *names, struct rows *out,
                       struct arena *a, struct err *e)
{
    struct param version = {.text = names->version_table};
    struct stmt look = {
        .sql = ledger_expand(
            STR("SELECT format('pid %s on %s, with lock_mode = \"table\"', pid, "
                "coalesce(host, 'an unknown machine')) FROM {lock} "
                "WHERE version_table = $1 AND expires_at > clock_timestamp()"),
            names, a),
        .params = &version,
        .n_params = 1,
        .flags = STMT_QUIET};
    return s->query(s, &look, out, a, e);
}

static bool advisory_unlock(struct conn *c, const struct ledger_names *names,
                            struct arena *a, struct err *e)
{
    struct rows rows;
    struct param key = {.text = str_fmt(a, "%lld", (long long)lock_key(names))};
    struct stmt stmt = {.sql = STR("SELECT pg_advisory_unlock($1::bigint)"),
                        .params = &key,
                        .n_params = 1,
                        .flags = STMT_QUIET};
    return c->sink.query(&c->sink, &stmt, &rows, a, e);
}

/* Two programs may be told different lock_modes. Each takes its own lock first and looks
 * for the other one then, so that of two at least one sees the other, and gives way. */
static bool advisory_yield(struct conn *c, const struct ledger_names *names, bool *got,
                           str *holder, struct arena *a, struct err *e)
{
    struct rows rows;
    if (!row_holder(&c->sink, names, &rows, a, e))
        return false;
    *got = rows.n_rows == 0;
    *holder = *got ? STR_NONE : rows_text(&rows, 0, 0);
    return *got || advisory_unlock(c, names, a, e);
}

static bool row_yield(struct conn *c, const struct ledger_names *names, str ours,
                      bool *got, str *holder, struct arena *a, struct err *e)
{
    struct rows rows;
    if (!advisory_holder(&c->sink, names, &rows, a, e))
        return false;
    *got = rows.n_rows == 0;
    if (*got)
        return true;
    *holder = holder_text(&rows, a);
    return lease_drop(c, names, ours, a, e);
}

/* One try at the advisory lock: *got, or who has it. */
static bool advisory_try(struct conn *c, const struct ledger_names *names, bool *got,
                         str *holder, struct arena *a, struct err *e)
{
    enum { GOT, PID, ROWS_TOO };
    struct rows rows;
    int64_t key = lock_key(names);
    struct param params[] = {{.text = str_fmt(a, "%lld", (long long)key)},
                             {.text = ledger_expand(STR("{lock}"), names, a)}};
    struct stmt stmt = {.sql = sql_named("lock_try"),
                        .params = params,
                        .n_params = 2,
                        .flags = STMT_QUIET};
    if (!c->sink.query(&c->sink, &stmt, &rows, a, e))
        return false;
    *got = rows_true(&rows, GOT);
    if (!*got) {
        if (!advisory_holder(&c->sink, names, &rows, a, e))
            return false;
        *holder = holder_text(&rows, a);
        return true;
    }
    long pid = 0;
    str_int(rows_text(&rows, 0, PID), &pid);
    c->direct = pid == conn_pid(c);
    if (!c->direct && (!pooler_check(c, key, pid, e) || !conn_keeps_session(c, e)))
        return false;
    return !rows_true(&rows, ROWS_TOO) || advisory_yield(c, names, got, holder, a, e);
}

static bool row_try(struct conn *c, const struct ledger_names *names,
                    const struct lock_options *options, str ours, bool *got, str *holder,
                    struct arena *a, struct err *e)
{
    return lease_try(c, names, options, ours, got, holder, a, e) &&
           (!*got || row_yield(c, names, ours, got, holder, a, e));
}

/* From 50 ms up to a second, each pause between half and all of it, so that twenty
 * programs do not ask at the same moment. */
static void pause_some(int64_t longest_ms, uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    int64_t pause_ms =
        longest_ms / 2 + (int64_t)((*seed >> 33) % (uint64_t)(longest_ms / 2 + 1));
    clock_pause(pause_ms); /* a signal ends it early, and the next statement says so */
}

static bool gave_up(int64_t wait_ms, str holder, struct err *e)
{
    if (wait_ms == 0)
        err_set(e, ERR_FAILED, "another program is migrating this database: %.*s",
                STR_ARG(holder));
    else
        err_set(e, ERR_FAILED,
                "another program is migrating this database, and %.10g s were "
                "not enough to wait for it: %.*s",
                (double)wait_ms / 1000, STR_ARG(holder));
    return err_hint(
        e, "wait longer (--lock-wait 10m), or look at what it does: select * from "
           "pg_stat_activity");
}

/* Whom we wait for, as it was told last. */
struct told {
    str holder;
    int64_t at_ms; /* < 0: nothing was told yet */
    struct arena arena;
};

static void tell(struct told *told, const struct lock_options *options, str holder)
{
    enum { TELL_MS = 15000 };
    if (!options->waiting || (told->at_ms >= 0 && clock_ms() - told->at_ms < TELL_MS &&
                              str_eq(holder, told->holder)))
        return;
    arena_rewind(&told->arena);
    told->holder = str_copy(&told->arena, holder);
    told->at_ms = clock_ms();
    options->waiting(options->context, told->holder);
}

static bool poll_lock(struct conn *c, const struct ledger_names *names,
                      const struct lock_options *options, str ours, struct err *e)
{
    enum { FIRST_MS = 50, LONGEST_MS = 1000 };
    int64_t start = clock_ms(), longest = FIRST_MS;
    uint64_t seed = (uint64_t)start * 2654435761u + (uint64_t)getpid();
    struct arena a = {0};
    struct told told = {.at_ms = -1};
    bool ok = false, got = false;
    for (;;) {
        str holder = STR_NONE;
        arena_rewind(&a);
        ok = options->in_table ? row_try(c, names, options, ours, &got, &holder, &a, e)
                               : advisory_try(c, names, &got, &holder, &a, e);
        if (!ok || got)
            break;
        int64_t left =
            options->wait_ms < 0 ? LONGEST_MS : start + options->wait_ms - clock_ms();
        if (left <= 0) {
            ok = gave_up(options->wait_ms, holder, e);
            break;
        }
        tell(&told, options, holder);
        pause_some(left < longest ? left : longest, &seed);
        longest = longest * 3 / 2 < LONGEST_MS ? longest * 3 / 2 : LONGEST_MS;
    }
    arena_reset(&a);
    arena_reset(&told.arena);
    return ok;
}

bool ledger_lock(struct conn *c, const struct ledger_names *names,
                 const struct lock_options *options, struct err *e)
{
    if (!options->in_table)
        return poll_lock(c, names, options, STR_NONE, e);
    struct arena a = {0};
    str ours = lease_name(&a);
    bool ok = ledger_ensure_lock(c, names, &a, e) &&
              poll_lock(c, names, options, ours, e) &&
              lease_start(c, names, options, ours, e);
    arena_reset(&a);
    return ok;
}

bool ledger_unlock(struct conn *c, const struct ledger_names *names, struct err *e)
{
    struct arena a = {0};
    bool ok = c->lease ? lease_end(c, e) : advisory_unlock(c, names, &a, e);
    arena_reset(&a);
    return ok;
}

bool ledger_locked(struct sink *s, const struct ledger_names *names, bool *locked,
                   struct arena *a, struct err *e)
{
    struct rows rows;
    bool there;
    if (!advisory_holder(s, names, &rows, a, e))
        return false;
    *locked = rows.n_rows > 0;
    if (*locked)
        return true;
    if (!ledger_has(s, names, STR("moonshift_lock"), &there, a, e) ||
        (there && !row_holder(s, names, &rows, a, e)))
        return false;
    *locked = there && rows.n_rows > 0;
    return true;
}
