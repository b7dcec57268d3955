/* The online sink: a libpq pipeline (manual, 34.5).
 *
 * Statements are queued; the k-th result belongs to the k-th entry of the queue. An error
 * makes the server skip all that follows up to the next Sync, so a Sync is sent only
 * where its result is awaited at once: nothing that was queued behind a failed statement
 * can take effect, whatever COMMITs stand between. Results are read whenever something is
 * sent, and sending waits for reading as well, so the two sides never block each other.
 *
 * Memory is bounded: a full chunk of statements asks the server for its results
 * (PQsendFlushRequest, which is no Sync) and the next chunk is filled meanwhile.
 */
#include "pg/conn_inner.h"
#include "plan/masked.h"

#include <poll.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct conn *conn_of(struct sink *s)
{
    return (struct conn *)s;
}

/* -- the queue ---------------------------------------------------------------------- */

static struct entry *first_entry(struct conn *c)
{
    return &c->queue[c->first];
}

static struct entry *push_entry(struct conn *c, enum entry_kind kind)
{
    struct entry *entry = &c->queue[(c->first + c->n) % QUEUE_ROOM];
    c->n++;
    c->live[c->filling]++;
    c->filled++;
    *entry = (struct entry){.kind = kind, .chunk = c->filling};
    return entry;
}

static void pop_entry(struct conn *c)
{
    c->live[first_entry(c)->chunk]--;
    c->first = (c->first + 1) % QUEUE_ROOM;
    c->n--;
    if (c->n == 0 && c->filled) { /* nothing is on its way: start over */
        arena_rewind(&c->chunk[c->filling]);
        c->filled = c->filled_bytes = 0;
    }
}

static void copy_stmt(struct entry *entry, const struct stmt *stmt, struct arena *a)
{
    entry->stmt = (struct stmt){
        .sql = str_copy(a, stmt->sql),
        .flags = stmt->flags,
        .from = stmt->from,
        .first_line = stmt->first_line,
        .changed = stmt->changed,
    };
    if (stmt->from.file.p)
        entry->stmt.from.file = str_copy(a, stmt->from.file);
    if (stmt->from.script.p)
        entry->stmt.from.script = str_copy(a, stmt->from.script);
    if (stmt->guard.p)
        entry->stmt.guard = str_copy(a, stmt->guard);
}

/* -- results ------------------------------------------------------------------------ */

static void keep_failure(struct conn *c, const PGresult *r, const struct entry *entry)
{
    str severity = str_of(PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED));
    if (str_is(severity, "FATAL") || str_is(severity, "PANIC") || !severity.n ||
        PQstatus(c->pg) == CONNECTION_BAD) {
        /* Without severity the text is libpq's own, which only a broken connection or
         * a broken protocol makes it write. */
        conn_mark_lost(c, r);
        return;
    }
    if (c->failed)
        return;
    c->failed = true;
    c->awaited_failed = entry->awaited;
    server_err(r, &entry->stmt, &c->failure);
    watch_explain(c);
    if (str_is(str_of(c->failure.sqlstate), "57014") && conn_interrupted()) {
        c->failure.hint = STR_NONE;
        err_hint(&c->failure, "interrupted; running the same command again goes on from "
                              "what was committed");
    }
}

static void rolled_back(struct conn *c, const struct entry *entry)
{
    if (c->failed)
        return;
    c->failed = true;
    err_set(&c->failure, ERR_FAILED,
            "the server rolled the transaction back instead of "
            "committing it");
    if (entry->stmt.from.file.p)
        err_at(&c->failure, entry->stmt.from.file, entry->stmt.from.line);
}

/* A receiver that fails cancels the rest: rows that are on their way are dropped. */
static void take_row(struct conn *c, const PGresult *r, struct stream *s)
{
    if (!s->shape.names) {
        rows_shape(r, &s->shape, &s->arena);
        s->cells = NEW_N(&s->arena, struct cell, s->shape.n_columns);
    }
    if (s->stopped || PQntuples(r) == 0)
        return;
    for (int i = 0; i < (int)s->shape.n_columns; i++) {
        str text = {PQgetvalue(r, 0, i), (size_t)PQgetlength(r, 0, i)};
        s->cells[i] = (struct cell){.text = text, .null = PQgetisnull(r, 0, i)};
    }
    if (!s->row(s->context, &s->shape, s->cells, s->e)) {
        char message[256];
        s->stopped = true;
        PQcancel(c->cancel, message, sizeof message);
    }
}

static void take_result(struct conn *c, PGresult *r)
{
    struct entry *entry = first_entry(c);
    switch (PQresultStatus(r)) {
    case PGRES_SINGLE_TUPLE:
        if (entry->stream)
            take_row(c, r, entry->stream);
        break;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        if (entry->kind == ENTRY_PREPARE)
            entry->prepared->ready = true;
        if (entry->commits && strcmp(PQcmdStatus(r), "ROLLBACK") == 0)
            rolled_back(c, entry);
        if (entry->rows && !c->failed)
            rows_copy(r, entry->rows, entry->rows_in);
        if (entry->stmt.changed)
            *entry->stmt.changed = strtoll(PQcmdTuples(r), NULL, 10);
        break;
    case PGRES_PIPELINE_SYNC:
        pop_entry(c);
        break;
    case PGRES_PIPELINE_ABORTED:
        break;
    default:
        keep_failure(c, r, entry);
    }
}

/* One result, or the end of a statement's results. PQisBusy said that it is there, or
 * the connection broke: PQgetResult does not block. */
static void take_next(struct conn *c)
{
    PGresult *r = PQgetResult(c->pg);
    if (r) {
        take_result(c, r);
        PQclear(r);
    } else if (PQstatus(c->pg) == CONNECTION_BAD) {
        conn_mark_lost(c, NULL);
    } else {
        pop_entry(c);
    }
}

static void take_arrived(struct conn *c)
{
    while (c->n && !c->lost && !PQisBusy(c->pg))
        take_next(c);
}

/* Waits until the socket can be read, or written while libpq has something to send.
 * `waiting` is the caller's: whether this wait has begun. The server forgets a cancel
 * request that arrives before the statement it is meant for (the manual's "Canceling
 * Requests in Progress"), so it is made again until there is an answer. What a statement
 * of an hour has to say is told as it says it. */
static void wait_socket(struct conn *c, bool writing, bool *waiting)
{
    enum { CANCEL_AGAIN_MS = 250 };
    conn_tell_notices(c);
    if (!*waiting)
        watch_start(c);
    *waiting = true;
    conn_cancel_this(c);
    struct pollfd socket = {.fd = PQsocket(c->pg),
                            .events = (short)(POLLIN | (writing ? POLLOUT : 0))};
    bool cancelling = conn_cancel_is_asked();
    int ready = poll(&socket, 1, cancelling ? CANCEL_AGAIN_MS : watch_left_ms(c));
    if (ready < 0 && errno != EINTR)
        conn_mark_lost(c, NULL);
    if (ready == 0 && cancelling)
        conn_cancel_if_asked(&c, 1);
    else if (ready == 0)
        watch_look(c);
    if (ready <= 0)
        return;
    if (!PQconsumeInput(c->pg) && c->n == 0)
        conn_mark_lost(c, NULL);
    /* With results outstanding, a broken connection is told by PQgetResult, after what
     * the server could still say. */
}

/* Sends all that libpq holds. Reading goes on meanwhile, or the server, full of results
 * nobody reads, would stop reading too. */
void pipe_flush(struct conn *c)
{
    bool waiting = false;
    c->unsent = 0;
    while (!c->lost) {
        int left = PQflush(c->pg);
        if (left == 0)
            return;
        if (left < 0 && c->n == 0)
            conn_mark_lost(c, NULL);
        else if (left < 0)
            take_next(c);
        else
            wait_socket(c, true, &waiting);
        take_arrived(c);
    }
}

static void wait_result(struct conn *c)
{
    bool waiting = false;
    pipe_flush(c);
    while (!c->lost && c->n && PQisBusy(c->pg)) {
        if (PQstatus(c->pg) == CONNECTION_BAD)
            break; /* take_next tells */
        wait_socket(c, false, &waiting);
    }
}

void pipe_wait_result(struct conn *c)
{
    bool waiting = false;
    pipe_flush(c);
    while (!c->lost && PQisBusy(c->pg) && PQstatus(c->pg) != CONNECTION_BAD)
        wait_socket(c, false, &waiting);
}

void pipe_wait_input(struct conn *c)
{
    bool waiting = false;
    wait_socket(c, false, &waiting);
}

static void wait_until_live(struct conn *c, unsigned chunk)
{
    while (!c->lost && c->live[chunk]) {
        wait_result(c);
        take_next(c);
    }
}

static void wait_for_queue(struct conn *c)
{
    while (!c->lost && c->n) {
        wait_result(c);
        if (!c->lost)
            take_next(c);
    }
}

/* Waits for all results without ending the implicit transaction. */
static void wait_until_empty(struct conn *c)
{
    if (!c->lost && c->n && !PQsendFlushRequest(c->pg))
        conn_mark_lost(c, NULL);
    wait_for_queue(c);
}

static void send_sync(struct conn *c)
{
    c->round_trips++;
    c->synced = true;
    push_entry(c, ENTRY_SYNC);
    if (!PQpipelineSync(c->pg))
        conn_mark_lost(c, NULL);
}

void pipe_drain(struct conn *c)
{
    if (c->lost || c->since_sync == 0)
        return;
    if (!c->synced)
        send_sync(c);
    wait_for_queue(c);
    if (!c->lost)
        c->in_tx = PQtransactionStatus(c->pg) != PQTRANS_IDLE;
    c->since_sync = c->loose = c->led = 0;
    c->synced = false;
    watch_stop(c);
}

/* -- sending ------------------------------------------------------------------------ */

bool pipe_tell(struct conn *c, struct err *e)
{
    conn_tell_notices(c);
    if (!c->failed)
        return true;
    err_copy(e, &c->failure);
    if (c->awaited_failed && !c->lost && PQtransactionStatus(c->pg) == PQTRANS_IDLE) {
        err_clear(&c->failure);
        c->failed = c->awaited_failed = false;
    }
    return false;
}

static void echo(const struct stmt *stmt)
{
    struct arena a = {0};
    fprintf(stderr, "%.*s;\n", STR_ARG(sql_masked(stmt->sql, &a)));
    for (size_t i = 0; i < stmt->n_params; i++) {
        if (stmt->params[i].null)
            fprintf(stderr, "    -- $%zu = NULL\n", i + 1);
        else
            fprintf(stderr, "    -- $%zu = '%.*s'\n", i + 1,
                    STR_ARG(sql_masked(stmt->params[i].text, &a)));
    }
    arena_reset(&a);
}

static bool refuse(struct err *e, const struct stmt *stmt, const char *what)
{
    err_set(e, ERR_FAILED, "%s", what);
    if (stmt->from.file.p)
        err_at(e, stmt->from.file, stmt->from.line);
    return false;
}

static bool holds_nul(str s)
{
    return s.n && memchr(s.p, '\0', s.n);
}

bool pipe_start(struct conn *c, const struct stmt *stmt, struct err *e)
{
    if (c->failed)
        return pipe_tell(c, e);
    if (c->busy)
        return refuse(e, stmt,
                      "the connection is busy with the rows of db.each or of a COPY: "
                      "collect them first (db.query), or finish the loop");
    if (conn_interrupted())
        return refuse(e, stmt, "interrupted");
    if (holds_nul(stmt->sql))
        return refuse(e, stmt, "the SQL text holds a NUL byte");
    for (size_t i = 0; i < stmt->n_params; i++)
        if (!stmt->params[i].null && holds_nul(stmt->params[i].text))
            return refuse(e, stmt,
                          "a parameter holds a NUL byte, which no PostgreSQL text "
                          "can hold");
    if (c->options.echo && !(stmt->flags & STMT_QUIET))
        echo(stmt);
    return true;
}

static bool begins(str sql)
{
    return stmt_is(sql, "begin") || stmt_is(sql, "start");
}

static bool commits(str sql)
{
    return stmt_is(sql, "commit") || stmt_is(sql, "end");
}

/* ROLLBACK TO keeps the transaction open. */
static bool rolls_back(str sql)
{
    return stmt_is(sql, "abort") || (stmt_is(sql, "rollback") && !stmt_holds(sql, "to"));
}

void pipe_note(struct conn *c, const struct stmt *stmt)
{
    if (begins(stmt->sql))
        c->in_tx = true;
    else if (commits(stmt->sql) || rolls_back(stmt->sql))
        c->in_tx = false;
    if (!(stmt->flags & STMT_RAW))
        return;
    c->dirty = true;
    if (stmt_is(stmt->sql, "discard") || stmt_is(stmt->sql, "deallocate"))
        for (size_t i = 0; i < c->n_prepared; i++)
            c->prepared[i].sql = STR_NONE; /* never found again */
}

/* Room for some more entries: takes the other chunk when this one is full, after its
 * results have come in. */
static void make_room(struct conn *c)
{
    if (c->filled < CHUNK_STATEMENTS && c->filled_bytes < CHUNK_BYTES)
        return;
    unsigned other = 1 - c->filling;
    if (!PQsendFlushRequest(c->pg)) {
        conn_mark_lost(c, NULL);
        return;
    }
    pipe_flush(c);
    wait_until_live(c, other);
    if (c->lost)
        return;
    arena_rewind(&c->chunk[other]);
    c->filling = other;
    c->filled = c->filled_bytes = 0;
}

/* The prepared form of a statement that comes again: sent to the server the first time.
 */
static struct prepared *prepared_for(struct conn *c, const struct stmt *stmt)
{
    enum { KEPT = sizeof c->prepared / sizeof *c->prepared };
    for (size_t i = 0; i < c->n_prepared; i++)
        if (str_eq(c->prepared[i].sql, stmt->sql))
            return &c->prepared[i];
    if (c->n_prepared == KEPT)
        return NULL;
    struct prepared *p = &c->prepared[c->n_prepared];
    *p = (struct prepared){.sql = str_copy(&c->arena, stmt->sql)};
    snprintf(p->name, sizeof p->name, "moonshift_%u", ++c->prepared_ever);
    if (!PQsendPrepare(c->pg, p->name, p->sql.p, 0, NULL))
        return NULL;
    c->n_prepared++;
    struct entry *entry = push_entry(c, ENTRY_PREPARE);
    copy_stmt(entry, stmt, &c->chunk[c->filling]);
    entry->prepared = p;
    return p;
}

/* Puts a statement on its way; NULL when libpq would not take it, with the reason kept
 * as the failure. */
static struct entry *send_stmt(struct conn *c, const struct stmt *stmt)
{
    make_room(c);
    if (c->lost || c->failed)
        return NULL;
    struct arena *a = &c->chunk[c->filling];
    struct prepared *p =
        c->direct && stmt->flags & STMT_AGAIN ? prepared_for(c, stmt) : NULL;
    const char **values = NEW_N(a, const char *, stmt->n_params);
    size_t bytes = stmt->sql.n + 64;
    for (size_t i = 0; i < stmt->n_params; i++) {
        values[i] = stmt->params[i].null ? NULL : stmt->params[i].text.p;
        bytes += stmt->params[i].text.n;
    }
    int n = (int)stmt->n_params;
    int sent = p ? PQsendQueryPrepared(c->pg, p->name, n, values, NULL, NULL, 0)
                 : PQsendQueryParams(c->pg, stmt->sql.p, n, NULL, values, NULL, NULL, 0);
    if (!sent) {
        if (PQstatus(c->pg) == CONNECTION_BAD) {
            conn_mark_lost(c, NULL);
            return NULL;
        }
        c->failed = true;
        refuse(&c->failure, stmt, libpq_said(c->pg, a).p);
        return NULL;
    }
    struct entry *entry = push_entry(c, ENTRY_STATEMENT);
    copy_stmt(entry, stmt, a);
    entry->commits = commits(stmt->sql);
    bool loose = !c->in_tx && !begins(stmt->sql) && !(stmt->flags & STMT_QUIET);
    pipe_note(c, stmt);
    c->filled_bytes += bytes;
    c->unsent += bytes;
    c->since_sync++;
    c->synced = false;
    c->loose += loose;
    return entry;
}

static void send_preamble(struct conn *c, const struct stmt *stmt, bool block)
{
    for (size_t i = 0; i < c->n_preamble; i++) {
        struct stmt s = c->preamble[i];
        if (!block && s.flags & STMT_BLOCK)
            continue;
        s.from = stmt->from;
        if (send_stmt(c, &s))
            c->led++;
    }
}

/* What a statement outside a transaction block needs before it. All are one implicit
 * transaction, since no Sync stands between (manual, 55.2.4), and a setting that is local
 * ends with it. */
static void lead(struct conn *c, const struct stmt *stmt)
{
    if (c->in_tx || begins(stmt->sql) || commits(stmt->sql) || rolls_back(stmt->sql))
        return;
    if (c->led == 0)
        send_preamble(c, stmt, false);
    if (!(stmt->flags & STMT_READS))
        return;
    struct stmt set = {
        .sql = STR("SELECT pg_catalog.set_config('transaction_read_only', 'on', true)"),
        .flags = STMT_QUIET,
        .from = stmt->from};
    if (send_stmt(c, &set))
        c->led++;
}

bool pipe_exec(struct sink *s, const struct stmt *stmt, struct err *e)
{
    enum { SEND_AT = 8192 };
    struct conn *c = conn_of(s);
    if (!pipe_start(c, stmt, e))
        return false;
    /* A COPY would switch the protocol in the middle of the pipeline. */
    if (stmt->flags & STMT_NO_TX || stmt_is(stmt->sql, "copy"))
        return alone_exec(c, stmt, e);
    /* Without a Sync between, BEGIN would take what stands before it into its own
     * transaction (manual, 55.2.4). */
    if (c->loose && begins(stmt->sql)) {
        pipe_drain(c);
        if (!pipe_tell(c, e))
            return false;
    }
    lead(c, stmt);
    if (!send_stmt(c, stmt))
        return pipe_tell(c, e);
    if (begins(stmt->sql))
        send_preamble(c, stmt, true);
    if (c->options.one_by_one)
        return pipe_sync(s, e);
    if (c->unsent >= SEND_AT) {
        pipe_flush(c);
        if (!c->lost && PQconsumeInput(c->pg))
            take_arrived(c);
    }
    return pipe_tell(c, e);
}

/* Sends a query and says where its rows go. */
static struct entry *ask(struct conn *c, const struct stmt *stmt, struct rows *out,
                         struct arena *a)
{
    lead(c, stmt);
    struct entry *entry = send_stmt(c, stmt);
    if (!entry)
        return NULL;
    c->dirty = c->dirty || !(stmt->flags & STMT_QUIET); /* select set_config(...) */
    entry->rows = out;
    entry->rows_in = a;
    return entry;
}

bool pipe_query(struct sink *s, const struct stmt *stmt, struct rows *out,
                struct arena *a, struct err *e)
{
    struct conn *c = conn_of(s);
    *out = (struct rows){0};
    if (!pipe_start(c, stmt, e))
        return false;
    if (stmt->flags & STMT_NO_TX || stmt_is(stmt->sql, "copy"))
        return alone_exec(c, stmt, e);
    struct entry *entry = ask(c, stmt, out, a);
    if (!entry)
        return pipe_tell(c, e);
    entry->awaited = c->since_sync == 1 + c->led;
    pipe_drain(c);
    return pipe_tell(c, e);
}

static bool pipe_ask(struct sink *s, const struct stmt *stmt, struct rows *out,
                     struct arena *a, struct err *e)
{
    struct conn *c = conn_of(s);
    if (c->options.one_by_one)
        return pipe_query(s, stmt, out, a, e);
    *out = (struct rows){0};
    if (!pipe_start(c, stmt, e))
        return false;
    ask(c, stmt, out, a);
    return pipe_tell(c, e);
}

/* -- several connections at once ---------------------------------------------------- */

bool conn_post(struct conn *c, const struct stmt *stmt, struct rows *rows,
               struct arena *a, struct err *e)
{
    *rows = (struct rows){0};
    if (!pipe_start(c, stmt, e))
        return false;
    struct entry *entry = send_stmt(c, stmt);
    if (!entry)
        return pipe_tell(c, e);
    entry->rows = rows;
    entry->rows_in = a;
    send_sync(c);
    pipe_flush(c);
    return pipe_tell(c, e);
}

void conn_settle(struct conn *c)
{
    pipe_drain(c);
}

/* Takes what has arrived; true when nothing is awaited any more. */
static bool all_arrived(struct conn *c)
{
    while (c->n && !c->lost && (PQstatus(c->pg) == CONNECTION_BAD || !PQisBusy(c->pg)))
        take_next(c);
    return c->lost || c->n == 0;
}

size_t conn_first_done(struct conn *const *list, size_t n)
{
    enum { LOOK_MS = 1000 };
    struct arena a = {0};
    struct pollfd *sockets = NEW_N(&a, struct pollfd, n);
    size_t done = n;
    while (done == n) {
        for (size_t i = 0; i < n && done == n; i++)
            if (all_arrived(list[i]))
                done = i;
        if (done < n)
            break;
        for (size_t i = 0; i < n; i++)
            sockets[i] = (struct pollfd){.fd = PQsocket(list[i]->pg), .events = POLLIN};
        int ready = poll(sockets, (nfds_t)n, LOOK_MS);
        conn_cancel_if_asked(list, n);
        for (size_t i = 0; ready > 0 && i < n; i++)
            if (sockets[i].revents)
                PQconsumeInput(list[i]->pg); /* a broken one is told by PQgetResult */
    }
    arena_reset(&a);
    return done;
}

static bool pipe_each(struct sink *s, const struct stmt *stmt, row_fn *row, void *context,
                      struct err *e)
{
    struct conn *c = conn_of(s);
    struct stream stream = {.row = row, .context = context, .e = e};
    if (!pipe_start(c, stmt, e))
        return false;
    if (stmt_is(stmt->sql, "copy"))
        return refuse(e, stmt, "COPY gives no rows: write a query");
    if (cursor_fits(c, stmt))
        return cursor_each(c, stmt, row, context, e);
    pipe_drain(c);
    lead(c, stmt);
    wait_until_empty(c); /* single-row mode is for the head of the queue */
    struct entry *entry = c->failed ? NULL : send_stmt(c, stmt);
    if (!entry)
        return pipe_tell(c, e);
    c->dirty = c->dirty || !(stmt->flags & STMT_QUIET);
    entry->awaited = true;
    entry->stream = &stream;
    PQsetSingleRowMode(c->pg);
    c->busy = true;
    pipe_drain(c);
    c->busy = false;
    arena_reset(&stream.arena);
    if (!stream.stopped)
        return pipe_tell(c, e);
    /* e holds the receiver's own error, which also is why the transaction has failed: the
     * cancelled query adds nothing to it. */
    if (c->failed && !c->lost) {
        err_clear(&c->failure);
        c->failed = PQtransactionStatus(c->pg) != PQTRANS_IDLE;
        if (c->failed)
            err_copy(&c->failure, e);
    }
    conn_tell_notices(c);
    return false;
}

bool pipe_sync(struct sink *s, struct err *e)
{
    struct conn *c = conn_of(s);
    if (!c->failed && !c->busy)
        pipe_drain(c);
    return pipe_tell(c, e);
}

static void pipe_remark(struct sink *s, str text)
{
    (void)s; /* for sinks that write text */
    (void)text;
}

void pipe_open(struct conn *c)
{
    c->queue = NEW_N(&c->arena, struct entry, QUEUE_ROOM);
    c->sink = (struct sink){
        .exec = pipe_exec,
        .query = pipe_query,
        .ask = pipe_ask,
        .each = pipe_each,
        .copy_in = alone_copy_in,
        .copy_out = alone_copy_out,
        .sync = pipe_sync,
        .remark = pipe_remark,
        .server_version = PQserverVersion(c->pg),
    };
    PQsetnonblocking(c->pg, 1);
    PQenterPipelineMode(c->pg);
}
