/* Is there a pooler between us and the server, and does it keep our session?
 *
 * PgBouncer and its like answer for the server, so the process id that libpq was told
 * (PQbackendPID) is not the server process's own. In session mode all is well. In
 * transaction mode the server process is given to whoever begins a transaction next, and
 * the session's locks go with it. A second client that begins a transaction tells them
 * apart: it gets our server process, or, when it gets another one, our next statement may
 * find itself without our lock.
 */
#include "pg/conn_inner.h"

#include <poll.h>

enum { ANSWER_MS = 3000 };

/* The one number a query gives, or 0; waits at most ANSWER_MS. A pooler in session mode
 * without a free server process makes the second client wait: no answer is an answer. */
static long number_from(PGconn *pg, const char *sql)
{
    long number = 0;
    if (!PQsendQuery(pg, sql))
        return 0;
    for (;;) {
        while (PQisBusy(pg)) {
            struct pollfd socket = {.fd = PQsocket(pg), .events = POLLIN};
            if (poll(&socket, 1, ANSWER_MS) <= 0 || !PQconsumeInput(pg))
                return 0;
        }
        PGresult *r = PQgetResult(pg);
        if (!r)
            return number;
        if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1)
            str_int(str_of(PQgetvalue(r, 0, 0)), &number);
        PQclear(r);
    }
}

static bool holds_lock(struct conn *c, int64_t key, bool *holds, struct err *e)
{
    struct arena a = {0};
    struct rows rows;
    struct param param = {.text = str_fmt(&a, "%lld", (long long)key)};
    struct stmt stmt = {
        .sql = STR(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' "
            "AND granted AND pid = pg_backend_pid() AND objsubid = 1 "
            "AND classid = (($1::bigint >> 32) & 4294967295)::oid "
            "AND objid = ($1::bigint & 4294967295)::oid)"),
        .params = &param,
        .n_params = 1,
        .flags = STMT_QUIET};
    bool ok = c->sink.query(&c->sink, &stmt, &rows, &a, e);
    *holds = ok && rows_true(&rows, 0);
    arena_reset(&a);
    return ok;
}

/* Gives the lock back on whichever connection now has the process that holds it. */
static void release(struct conn *c, PGconn *second, bool second_has_it, int64_t key)
{
    struct arena a = {0};
    struct err ignored = {0};
    struct rows rows;
    str sql = str_fmt(&a, "SELECT pg_advisory_unlock(%lld)::int", (long long)key);
    struct stmt stmt = {.sql = sql, .flags = STMT_QUIET};
    if (second_has_it)
        number_from(second, sql.p);
    else
        c->sink.query(&c->sink, &stmt, &rows, &a, &ignored);
    err_clear(&ignored);
    arena_reset(&a);
}

bool pooler_check(struct conn *c, int64_t key, long lock_pid, struct err *e)
{
    struct err refused = {0};
    PGconn *second = conn_dial(c, &refused);
    if (!second) { /* no room for a second client: nothing can be found out */
        err_clear(&refused);
        return true;
    }
    long pid = number_from(second, "BEGIN; SELECT pg_backend_pid()");
    bool holds = true, ok = true;
    if (pid == lock_pid)
        holds = false;
    else if (pid)
        ok = holds_lock(c, key, &holds, e);
    if (ok && !holds)
        release(c, second, pid == lock_pid, key);
    PQfinish(second);
    if (!ok || holds)
        return ok;
    err_set(e, ERR_FAILED,
            "the connection goes through a pooler in transaction mode, which "
            "loses the lock that keeps two programs apart");
    return err_hint(e,
                    "connect to the server itself (often port 5432 instead of 6432) or "
                    "to a pool in session mode, or set lock_mode = \"table\" in "
                    "moonshift.lua");
}
