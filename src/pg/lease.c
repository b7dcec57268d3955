/* The lock that is a row of moonshift_lock, for where a session's lock would be lost
 * (PgBouncer in transaction mode).
 *
 * The row is a lease. A thread renews it on a connection of its own, so that long
 * statements, Lua loops and hooks do not let it run out; a program that was killed is not
 * heard from, and after lease_ms another one takes the row over. No transaction is held
 * open for the lock: CREATE INDEX CONCURRENTLY would wait for its snapshot.
 *
 * A program that was only slow (a stopped machine, a lost network) may wake up after its
 * row was taken over. So each of its transactions begins with a fence: it looks for its
 * own row FOR KEY SHARE, which fails when the row is another's, and which keeps the row
 * from being taken over until the transaction ends. What commits, commits while we hold
 * the lock. A statement outside a transaction has no such protection while it runs; the
 * journal's transactions before and after it have.
 *
 * All times are the server's.
 */
#include "pg/conn_inner.h"
#include "pg/sql.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct lease {
    PGconn *beat; /* the thread's, while it runs */
    pthread_t thread;
    pthread_mutex_t mutex; /* of `stop` */
    pthread_cond_t wake;
    bool stop;
    int64_t every_ms;
    str renew, release;    /* statements over params */
    const char *params[3]; /* version table, our name, milliseconds */
    size_t preambles;      /* of the connection before ours */
};

#define RELEASE "DELETE FROM {lock} WHERE version_table = $1 AND holder = $2"

str lease_name(struct arena *a)
{
    unsigned char bytes[12] = {0};
    struct buf b = buf_in(a);
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        struct timespec t; /* not unique for certain, but with the pid nearly so */
        clock_gettime(CLOCK_REALTIME, &t);
        memcpy(bytes, &t.tv_nsec, sizeof t.tv_nsec);
    }
    buf_fmt(&b, "%ld-", (long)getpid());
    for (size_t i = 0; i < sizeof bytes; i++)
        buf_fmt(&b, "%02x", bytes[i]);
    return buf_done(&b);
}

bool lease_try(struct conn *c, const struct ledger_names *names,
               const struct lock_options *options, str ours, bool *got, str *holder,
               struct arena *a, struct err *e)
{
    struct param params[] = {
        {.text = names->version_table},
        {.text = ours},
        {.text = str_fmt(a, "%lld", (long long)options->lease_ms)},
        {.text = options->program, .null = options->program.n == 0},
        {.text = str_fmt(a, "%ld", (long)getpid())},
        {.text = options->host, .null = options->host.n == 0},
        {.text = options->user, .null = options->user.n == 0},
    };
    struct stmt stmt = {.sql = ledger_expand(sql_named("lease_try"), names, a),
                        .params = params,
                        .n_params = sizeof params / sizeof *params,
                        .flags = STMT_QUIET};
    struct rows rows;
    if (!c->sink.query(&c->sink, &stmt, &rows, a, e))
        return false;
    *got = rows_true(&rows, 0);
    *holder =
        rows.cells[1].null ? STR("a program that has just ended") : rows.cells[1].text;
    return true;
}

bool lease_drop(struct conn *c, const struct ledger_names *names, str ours,
                struct arena *a, struct err *e)
{
    struct param params[] = {{.text = names->version_table}, {.text = ours}};
    struct stmt drop = {.sql = ledger_expand(STR(RELEASE), names, a),
                        .params = params,
                        .n_params = 2,
                        .flags = STMT_QUIET};
    return c->sink.exec(&c->sink, &drop, e) && c->sink.sync(&c->sink, e);
}

/* -- the thread ------------------------------------------------------------------------- */

/* Sleeps until the next beat; false: it is time to stop. */
static bool sleep_ms(struct lease *l, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&l->mutex);
    while (!l->stop && pthread_cond_timedwait(&l->wake, &l->mutex, &until) == 0)
        continue;
    bool stop = l->stop;
    pthread_mutex_unlock(&l->mutex);
    return !stop;
}

/* Whether the row was renewed, or is known to be another's; a broken connection is made
 * anew for the next time. */
static bool beat(struct lease *l)
{
    PGresult *r = PQexecParams(l->beat, l->renew.p, 3, NULL, l->params, NULL, NULL, 0);
    bool ok = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    if (!ok && PQstatus(l->beat) == CONNECTION_BAD)
        PQreset(l->beat);
    return ok;
}

/* That the row is another's is not told from here: the next fence does. */
static void *run(void *context)
{
    struct lease *l = context;
    int64_t pause = l->every_ms;
    while (sleep_ms(l, pause))
        pause = beat(l) ? l->every_ms : l->every_ms / 4 + 1;
    return NULL;
}

/* Signals are the main thread's: they end its sleep and its wait for the server. */
static bool start_thread(struct lease *l)
{
    pthread_condattr_t clock;
    sigset_t all, before;
    pthread_mutex_init(&l->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&l->wake, &clock);
    pthread_condattr_destroy(&clock);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&l->thread, NULL, run, l) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

/* A server that does not answer must not keep us: after a while its socket is shut, and
 * the wait inside libpq ends. */
static void stop_thread(struct lease *l)
{
    enum { PATIENCE_S = 5 };
    struct timespec until;
    pthread_mutex_lock(&l->mutex);
    l->stop = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->mutex);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    if (pthread_timedjoin_np(l->thread, NULL, &until) != 0) {
        int socket = PQsocket(l->beat);
        if (socket >= 0)
            shutdown(socket, SHUT_RDWR);
        pthread_join(l->thread, NULL);
    }
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->mutex);
}

/* -- start and end ---------------------------------------------------------------------- */

static void add_fence(struct conn *c, const struct ledger_names *names,
                      const struct lock_options *options, str ours)
{
    struct arena *a = &c->arena;
    struct param params[] = {{.text = names->version_table}, {.text = ours}};
    /* No aggregate stands beside FOR KEY SHARE, so the row is locked one level down. */
    struct stmt fence = {
        .sql = ledger_expand(
            STR("WITH held AS MATERIALIZED (SELECT FROM {lock} WHERE version_table = $1 "
                "AND holder = $2 FOR KEY SHARE) SELECT 1 / count(*) FROM held"),
            names, a),
        .params = params,
        .n_params = 2,
        .flags = STMT_BLOCK,
        .guard =
            str_fmt(a,
                    "the migration lock was lost: this program was not heard from for "
                    "%.10g s, and another one took it over\n"
                    "what was not committed is undone; running the same command again "
                    "goes on from there",
                    (double)options->lease_ms / 1000)};
    conn_preamble(c, &fence);
}

bool lease_start(struct conn *c, const struct ledger_names *names,
                 const struct lock_options *options, str ours, struct err *e)
{
    struct arena *a = &c->arena;
    struct lease *l = NEW(a, struct lease);
    str ms = str_fmt(a, "%lld", (long long)options->lease_ms);
    *l = (struct lease){
        .every_ms = options->lease_ms / 4,
        .renew = ledger_expand(
            STR("UPDATE {lock} SET renewed_at = clock_timestamp(), expires_at = "
                "clock_timestamp() + $3::bigint * interval '1 ms' "
                "WHERE version_table = $1 AND holder = $2"),
            names, a),
        .release = ledger_expand(STR(RELEASE), names, a),
        .params = {str_copy(a, names->version_table).p, str_copy(a, ours).p, ms.p},
        .preambles = conn_preambles(c),
    };
    c->lease = l;
    l->beat = conn_dial(c, e);
    if (l->beat && start_thread(l)) {
        add_fence(c, names, options, ours);
        return true;
    }
    if (l->beat)
        err_set(e, ERR_FAILED, "no thread can be started to keep the migration lock");
    else
        e->hint =
            str_fmt(&e->arena, "lock_mode = \"table\" needs a second connection%s%.*s",
                    e->hint.n ? ": " : "", STR_ARG(e->hint));
    struct err ignored = {0};
    PQfinish(l->beat);
    l->beat = NULL;
    lease_end(c, &ignored);
    err_clear(&ignored);
    return false;
}

/* Given back on the connection of the work, or, when that is gone, on the other one. */
bool lease_end(struct conn *c, struct err *e)
{
    struct lease *l = c->lease;
    if (!l)
        return true;
    c->lease = NULL;
    conn_preamble_cut(c, l->preambles);
    if (l->beat)
        stop_thread(l);
    struct param params[] = {{.text = str_of(l->params[0])},
                             {.text = str_of(l->params[1])}};
    struct stmt release = {
        .sql = l->release, .params = params, .n_params = 2, .flags = STMT_QUIET};
    bool ok = !c->lost && !c->failed && c->sink.exec(&c->sink, &release, e) &&
              c->sink.sync(&c->sink, e);
    if (!ok && l->beat) {
        PGresult *r =
            PQexecParams(l->beat, l->release.p, 2, NULL, l->params, NULL, NULL, 0);
        ok = PQresultStatus(r) == PGRES_COMMAND_OK;
        PQclear(r);
    }
    PQfinish(l->beat);
    if (!ok && e->kind == ERR_NONE)
        err_set(e, ERR_FAILED, "the lock could not be given back: it ends after %s ms",
                l->params[2]);
    if (ok)
        err_clear(e);
    return ok;
}
