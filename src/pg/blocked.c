/* Who blocks us, seen from a second connection while the first one waits.
 *
 * A statement that has no answer after a second may wait for a lock. The second
 * connection asks pg_blocking_pids and tells it as a notice; when the wait then ends with
 * lock_timeout, the error still knows whom it waited for. Without room for a second
 * connection nothing is told. */
#include "base/clock.h"
#include "pg/conn_inner.h"
#include "pg/sql.h"

enum { FIRST_LOOK_MS = 1000, LONGEST_MS = 60000 };

void watch_start(struct conn *c)
{
    struct watch *w = &c->watch;
    w->next_ms = clock_ms() + FIRST_LOOK_MS;
    w->pause_ms = FIRST_LOOK_MS;
    if (w->seen.n) {
        w->seen = STR_NONE;
        arena_rewind(&w->arena);
    }
}

int watch_left_ms(const struct conn *c)
{
    int64_t left = c->watch.next_ms - clock_ms();
    return left < 0 ? 0 : (int)left;
}

/* lock_timeout (55P03), statement_timeout and cancelling (57014). */
void watch_explain(struct conn *c)
{
    struct err *e = &c->failure;
    str state = str_of(e->sqlstate);
    if (c->watch.seen.n && !e->detail.p &&
        (str_is(state, "55P03") || str_is(state, "57014")))
        e->detail = str_copy(&e->arena, c->watch.seen);
}

void watch_stop(struct conn *c)
{
    PQfinish(c->watch.second);
    c->watch.second = NULL;
}

static str ask(struct conn *c, PGconn *second)
{
    struct watch *w = &c->watch;
    struct arena scratch = {0};
    str pid = str_fmt(&scratch, "%d", PQbackendPID(c->pg));
    str sql = str_copy(&scratch, sql_named("blocked"));
    PGresult *r = PQexecParams(second, sql.p, 1, NULL, &pid.p, NULL, NULL, 0);
    str seen = STR_NONE;
    if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1 &&
        !PQgetisnull(r, 0, 0))
        seen = str_copy(&w->arena, str_of(PQgetvalue(r, 0, 0)));
    PQclear(r);
    arena_reset(&scratch);
    return seen;
}

/* The pause between looks doubles up to a minute. */
void watch_look(struct conn *c)
{
    struct watch *w = &c->watch;
    struct err refused = {0};
    w->pause_ms = w->pause_ms * 2 < LONGEST_MS ? w->pause_ms * 2 : LONGEST_MS;
    w->next_ms = clock_ms() + w->pause_ms;
    if (!w->second)
        w->second = conn_dial(c, &refused);
    err_clear(&refused);
    if (!w->second)
        return;
    str seen = ask(c, w->second);
    if (!seen.n)
        return;
    w->seen = seen;
    if (c->options.notice)
        c->options.notice(c->options.notice_context, STR("WARNING"),
                          str_fmt(&w->arena, "waiting for a lock: %.*s", STR_ARG(seen)));
}
