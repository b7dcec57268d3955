#include "pg/conn_inner.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a signal handler may touch: the handle to cancel with, and the flag. */
static PGcancel *volatile cancel_with;
static volatile sig_atomic_t cancel_asked;

static volatile sig_atomic_t dialing; /* the first connection is being made */

bool conn_is_dialing(void)
{
    return dialing;
}

void conn_cancel_from_signal(void)
{
    char message[256];
    cancel_asked = 1;
    PGcancel *cancel = cancel_with;
    if (cancel)
        PQcancel(cancel, message, sizeof message);
}

void conn_cancel_this(struct conn *c)
{
    cancel_with = c->cancel;
}

void conn_cancel_if_asked(struct conn *const *list, size_t n)
{
    char message[256];
    for (size_t i = 0; cancel_asked && i < n; i++)
        PQcancel(list[i]->cancel, message, sizeof message);
}

bool conn_cancel_is_asked(void)
{
    return cancel_asked;
}

bool conn_interrupted(void)
{
    bool asked = cancel_asked;
    cancel_asked = 0;
    return asked;
}

/* -- notices ------------------------------------------------------------------------ */

/* Called by libpq in the middle of its work: keeps the text, nothing more. */
static void keep_notice(void *context, const PGresult *r)
{
    struct conn *c = context;
    str severity = str_of(PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED));
    str text = str_of(PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
    if (str_is(severity, "FATAL") || str_is(severity, "PANIC")) {
        str state = str_of(PQresultErrorField(r, PG_DIAG_SQLSTATE));
        c->farewell = str_copy(&c->arena, str_trim(text));
        memcpy(c->farewell_state, state.p, state.n == 5 ? 5 : 0);
        return;
    }
    struct notice *notice = NEW(&c->notices_in, struct notice);
    notice->severity = str_copy(&c->notices_in, severity.n ? severity : STR("NOTICE"));
    notice->text = str_copy(&c->notices_in,
                            str_trim(text.n ? text : str_of(PQresultErrorMessage(r))));
    *c->last_notice = notice;
    c->last_notice = &notice->next;
}

void conn_tell_notices(struct conn *c)
{
    if (!c->notices)
        return;
    struct notice *list = c->notices;
    struct arena kept = c->notices_in; /* the receiver may run statements */
    c->notices = NULL;
    c->last_notice = &c->notices;
    c->notices_in = (struct arena){0};
    if (c->options.notice)
        for (struct notice *n = list; n; n = n->next)
            c->options.notice(c->options.notice_context, n->severity, n->text);
    arena_reset(&kept);
}

/* -- open and close ----------------------------------------------------------------- */

static void copy_options(struct conn *c, const struct conn_options *from)
{
    struct arena *a = &c->arena;
    struct conn_options *to = &c->options;
    *to = *from;
    to->url = str_copy(a, from->url);
    to->database = str_copy(a, from->database);
    to->role = str_copy(a, from->role);
    to->settings = NEW_N(a, struct setting, from->n_settings);
    for (size_t i = 0; i < from->n_settings; i++) {
        to->settings[i].name = str_copy(a, from->settings[i].name);
        to->settings[i].value = str_copy(a, from->settings[i].value);
    }
}

PGconn *conn_dial(struct conn *c, struct err *e)
{
    enum { ROOM = 6, OLDEST = 120000 };
    const char *keys[ROOM] = {0}, *values[ROOM] = {0};
    size_t n = 0;
    str url;
    if (!url_normal(c->options.url, &url, &c->arena, e))
        return NULL;
#define PARAMETER(key, value) (keys[n] = (key), values[n++] = (value))
    PARAMETER("fallback_application_name", "moonshift");
    if (!getenv("PGCONNECT_TIMEOUT"))
        PARAMETER("connect_timeout",
                  str_fmt(&c->arena, "%d", c->options.dial_s ? c->options.dial_s : 30).p);
    if (url.n)
        PARAMETER("dbname", url.p); /* expanded: it wins over what stands before */
    if (c->options.database.n)
        PARAMETER("dbname", c->options.database.p); /* only the first one is expanded */
    PARAMETER("client_encoding", "UTF8");
#undef PARAMETER
    dialing = !cancel_with;
    PGconn *pg = PQconnectdbParams(keys, values, 1);
    dialing = 0;
    bool ok = true;
    if (PQstatus(pg) != CONNECTION_OK)
        ok = dial_refused(c, pg, keys, values, e);
    else if (PQserverVersion(pg) < OLDEST)
        ok = err_set(e, ERR_FAILED, "the server is PostgreSQL %d: %d or newer is needed",
                     PQserverVersion(pg) / 10000, OLDEST / 10000);
    if (ok)
        return pg;
    PQfinish(pg);
    return NULL;
}

/* Text is written and read in one form, whatever the database's or the role's own settings
 * are. The server tells these three of its own accord (manual, 34.2), so where nothing is
 * unusual this costs nothing. 'ISO' leaves alone whether the day or the month comes first.
 *
 * A session that idles holds the migration lock while others work for it, or waits to drop
 * a scratch database: idle_session_timeout (since 14) is not for it. It is told to settings
 * that are sent anyway. */
static void add_usual_settings(struct conn *c)
{
    static const struct {
        const char *name, *usual, *value;
    } known[] = {{"standard_conforming_strings", "on", "on"},
                 {"DateStyle", "ISO", "ISO"},
                 {"IntervalStyle", "postgres", "postgres"}};
    enum { N = sizeof known / sizeof *known, HAS_IDLE_TIMEOUT = 140000 };
    struct conn_options *o = &c->options;
    struct setting *all = NEW_N(&c->arena, struct setting, N + 1 + o->n_settings);
    size_t n = 0;
    for (size_t i = 0; i < N; i++) {
        const char *now = PQparameterStatus(c->pg, known[i].name);
        str told = str_of(now ? now : known[i].usual); /* a pooler may not tell */
        if (!str_eq(told, str_of(known[i].usual)) && !str_starts(told, STR("ISO,")))
            all[n++] = (struct setting){str_of(known[i].name), str_of(known[i].value)};
    }
    if (!o->local && PQserverVersion(c->pg) >= HAS_IDLE_TIMEOUT)
        all[n++] = (struct setting){STR("idle_session_timeout"), STR("0")};
    for (size_t i = 0; i < o->n_settings; i++)
        all[n++] = o->settings[i];
    o->settings = all;
    o->n_settings = n;
}

/* One SELECT set_config(...), ... for the settings and the role; false: there are none.
 * With `own_pid`, they are set only by that server process, and the first column says
 * whether it was this one. */
static bool settings_stmt(const struct conn_options *o, int own_pid, struct stmt *out,
                          struct arena *a)
{
    size_t n = o->n_settings + (o->role.n > 0);
    if (n == 0)
        return false;
    struct param *params = NEW_N(a, struct param, 2 * n + 1);
    str own = str_fmt(a, "pg_catalog.pg_backend_pid() = $%zu", 2 * n + 1);
    struct buf sql = buf_in(a);
    buf_fmt(&sql, "SELECT %.*s", STR_ARG(own_pid ? own : STR("true")));
    for (size_t i = 0; i < n; i++) {
        bool is_role = i == o->n_settings;
        params[2 * i].text = is_role ? STR("role") : o->settings[i].name;
        params[2 * i + 1].text = is_role ? o->role : o->settings[i].value;
        if (own_pid)
            buf_fmt(&sql, ", CASE WHEN %.*s THEN ", STR_ARG(own));
        buf_fmt(&sql, "%spg_catalog.set_config($%zu, $%zu, %s)%s", own_pid ? "" : ", ",
                2 * i + 1, 2 * i + 2, o->local ? "true" : "false", own_pid ? " END" : "");
    }
    params[2 * n].text = str_fmt(a, "%d", own_pid);
    *out = (struct stmt){.sql = buf_done(&sql),
                         .params = params,
                         .n_params = 2 * n + (own_pid != 0),
                         .flags = STMT_QUIET};
    return true;
}

/* The session's settings and role, after connecting. Behind a pooler they would stay in the
 * server process that serves the application next, so there they are set for transactions
 * only, until the lock shows that the pooler keeps sessions apart. */
static bool first_settings(struct conn *c, struct err *e)
{
    struct stmt stmt;
    struct rows rows;
    if (c->options.local ||
        !settings_stmt(&c->options, PQbackendPID(c->pg), &stmt, &c->arena))
        return true;
    if (!c->sink.query(&c->sink, &stmt, &rows, &c->arena, e))
        return false;
    c->direct = rows_true(&rows, 0);
    c->pooled = c->options.local = !c->direct;
    return true;
}

bool conn_keeps_session(struct conn *c, struct err *e)
{
    if (!c->pooled)
        return true;
    c->pooled = c->options.local = false;
    conn_preamble_cut(c, 0);
    return conn_settings_again(c, e);
}

bool conn_settings_again(struct conn *c, struct err *e)
{
    struct arena scratch = {0};
    struct stmt stmt;
    bool ok = !settings_stmt(&c->options, 0, &stmt, &scratch) ||
              c->sink.exec(&c->sink, &stmt, e);
    arena_reset(&scratch);
    return ok;
}

static bool apply_settings(struct conn *c, struct err *e)
{
    return c->options.local || conn_settings_again(c, e);
}

/* Of a pooled connection the settings are tried once: a mistake in them is told now. */
static bool try_local_settings(struct conn *c, struct err *e)
{
    struct stmt settings, nothing = {.sql = STR("SELECT 1"), .flags = STMT_QUIET};
    if (!c->options.local || !settings_stmt(&c->options, 0, &settings, &c->arena))
        return true;
    conn_preamble(c, &settings);
    return c->sink.exec(&c->sink, &nothing, e);
}

static bool settings_hold(struct conn *c, struct err *e)
{
    if (first_settings(c, e) && try_local_settings(c, e) && c->sink.sync(&c->sink, e))
        return true;
    /* The statement is ours; what the person wrote is a setting. */
    e->sql = STR_NONE;
    e->position = 0;
    return err_hint(e,
                    "see the settings and the role in moonshift.lua (moonshift config)");
}

struct conn *conn_open(const struct conn_options *options, struct err *e)
{
    struct arena arena = {0};
    struct conn *c = NEW(&arena, struct conn);
    c->arena = arena; /* it lives in its own arena */
    c->last_notice = &c->notices;
    copy_options(c, options);
    c->pg = conn_dial(c, e);
    if (!c->pg) {
        conn_close(c);
        return NULL;
    }
    PQsetNoticeReceiver(c->pg, keep_notice, c);
    c->cancel = PQgetCancel(c->pg);
    add_usual_settings(c);
    pipe_open(c);
    if (!settings_hold(c, e)) {
        conn_close(c);
        return NULL;
    }
    conn_tell_notices(c);
    return c;
}

struct conn *conn_open_again(const struct conn *c, struct err *e)
{
    struct conn_options options = c->options;
    options.notice = NULL;
    options.echo = false;
    return conn_open(&options, e);
}

void conn_close(struct conn *c)
{
    if (!c)
        return;
    struct err ignored = {0};
    lease_end(c, &ignored);
    err_clear(&ignored);
    if (cancel_with == c->cancel)
        cancel_with = NULL;
    watch_stop(c);
    arena_reset(&c->watch.arena);
    PQfreeCancel(c->cancel);
    PQfinish(c->pg);
    arena_reset(&c->notices_in);
    arena_reset(&c->chunk[0]);
    arena_reset(&c->chunk[1]);
    err_clear(&c->failure);
    struct arena arena = c->arena;
    arena_reset(&arena);
}

/* -- what there is to know ---------------------------------------------------------- */

struct sink *conn_sink(struct conn *c)
{
    return &c->sink;
}

int conn_server_version(const struct conn *c)
{
    return PQserverVersion(c->pg);
}

str conn_database(const struct conn *c)
{
    return str_of(PQdb(c->pg));
}

str conn_user(const struct conn *c)
{
    return str_of(PQuser(c->pg));
}

str conn_host(const struct conn *c)
{
    return str_of(PQhost(c->pg));
}

int conn_pid(const struct conn *c)
{
    return PQbackendPID(c->pg);
}

bool conn_lost(const struct conn *c)
{
    return c->lost;
}

size_t conn_round_trips(const struct conn *c)
{
    return c->round_trips;
}

bool conn_in_transaction(const struct conn *c)
{
    return c->in_tx;
}

bool conn_local(const struct conn *c)
{
    return c->options.local;
}

/* -- the start of each transaction -------------------------------------------------- */

void conn_preamble(struct conn *c, const struct stmt *stmt)
{
    struct param *params = NEW_N(&c->arena, struct param, stmt->n_params);
    for (size_t i = 0; i < stmt->n_params; i++) {
        params[i] = stmt->params[i];
        params[i].text = str_copy(&c->arena, stmt->params[i].text);
    }
    *PUSH(&c->arena, c->preamble, c->n_preamble, c->preamble_room) = (struct stmt){
        .sql = str_copy(&c->arena, stmt->sql),
        .params = params,
        .n_params = stmt->n_params,
        .flags = stmt->flags | STMT_QUIET,
        .guard = stmt->guard.p ? str_copy(&c->arena, stmt->guard) : STR_NONE,
    };
}

void conn_preamble_cut(struct conn *c, size_t n)
{
    if (n < c->n_preamble)
        c->n_preamble = n;
}

size_t conn_preambles(const struct conn *c)
{
    return c->n_preamble;
}

/* -- after an error ----------------------------------------------------------------- */

/* A server that says farewell is at the statement whose answer is awaited first, and does
 * nothing that stands behind it. One that falls silent may have done it all. */
static bool commit_under_way(const struct conn *c, bool farewell)
{
    for (size_t i = 0; i < (farewell && c->n ? 1 : c->n); i++)
        if (c->queue[(c->first + i) % QUEUE_ROOM].commits)
            return true;
    return false;
}

void conn_mark_lost(struct conn *c, const PGresult *r)
{
    if (c->lost)
        return;
    c->lost = true;
    struct err *e = &c->failure;
    str said = str_trim(str_of(PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY)));
    if (c->failed) /* the first failure is the one to tell */
        return;
    c->failed = true;
    bool farewell = said.n > 0; /* libpq's own texts are in no field */
    str state = str_of(PQresultErrorField(r, PG_DIAG_SQLSTATE));
    if (!said.n && c->farewell.n) { /* it was said while no answer was awaited */
        said = c->farewell;
        state = str_of(c->farewell_state);
    }
    if (!said.n)
        said = libpq_said(c->pg, &c->arena);
    err_set(e, ERR_FAILED, "the connection to the server was lost");
    if (said.n)
        e->detail = str_copy(&e->arena, said);
    if (state.n == 5)
        memcpy(e->sqlstate, state.p, 5);
    if (c->n) {
        const struct origin *from = &c->queue[c->first].stmt.from;
        if (from->file.p)
            err_at(e, from->file, from->line);
    }
    const char *cause = server_parting_hint(e->sqlstate);
    if (cause)
        err_hint(e, "%s", cause);
    else if (commit_under_way(c, farewell))
        err_hint(e, "a COMMIT was under way, and it may have committed or not: moonshift "
                    "status tells; running the same command again goes on from there");
    else
        err_hint(e, "what was not committed is undone; running the same command again "
                    "goes on from there");
}

static bool exec_text(struct conn *c, const char *sql, struct err *e)
{
    struct stmt stmt = {.sql = str_of(sql), .flags = STMT_QUIET};
    return c->sink.exec(&c->sink, &stmt, e);
}

static bool restore_session(struct conn *c, struct err *e)
{
    /* RESET ALL leaves role and session authorization alone (guc.c: GUC_NO_RESET_ALL). */
    if (!exec_text(c, "RESET SESSION AUTHORIZATION", e) ||
        !exec_text(c, "RESET ROLE", e) || !exec_text(c, "RESET ALL", e) ||
        !(c->in_tx ? conn_settings_again(c, e) : apply_settings(c, e)))
        return false;
    c->dirty = false;
    return true;
}

bool conn_reset_session(struct conn *c, struct err *e)
{
    if (!c->dirty && !c->failed)
        return true;
    return restore_session(c, e);
}

bool conn_recover(struct conn *c, struct err *e)
{
    pipe_drain(c);
    c->busy = false;
    if (c->lost)
        return pipe_tell(c, e);
    err_clear(&c->failure);
    c->failed = c->awaited_failed = false;
    /* What the aborted pipeline skipped was never prepared. */
    size_t kept = 0;
    for (size_t i = 0; i < c->n_prepared; i++)
        if (c->prepared[i].ready)
            c->prepared[kept++] = c->prepared[i];
    c->n_prepared = kept;
    (void)conn_interrupted();
    if (PQtransactionStatus(c->pg) != PQTRANS_IDLE && !exec_text(c, "ROLLBACK", e))
        return false;
    c->in_tx = false;
    return c->sink.sync(&c->sink, e) && restore_session(c, e) &&
           c->sink.sync(&c->sink, e);
}
