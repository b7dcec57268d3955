/* What cannot run in a pipeline: statements that commit by themselves, and COPY. Each
 * waits for all before it, leaves pipeline mode, and enters it again. */
#include "pg/conn_inner.h"

#include <stdio.h>
#include <string.h>

/* Leaves pipeline mode with nothing on its way. */
static bool leave(struct conn *c, struct err *e)
{
    pipe_drain(c);
    if (!pipe_tell(c, e))
        return false;
    c->round_trips++;
    if (!PQexitPipelineMode(c->pg))
        return err_set(e, ERR_FAILED, "cannot leave pipeline mode: %s",
                       PQerrorMessage(c->pg));
    return true;
}

static void reenter(struct conn *c)
{
    watch_stop(c);
    if (c->lost)
        return;
    c->in_tx = PQtransactionStatus(c->pg) != PQTRANS_IDLE;
    PQenterPipelineMode(c->pg);
}

static bool send(struct conn *c, const struct stmt *stmt, struct arena *scratch)
{
    if (stmt->n_params == 0)
        return PQsendQuery(c->pg, stmt->sql.p);
    const char **values = NEW_N(scratch, const char *, stmt->n_params);
    for (size_t i = 0; i < stmt->n_params; i++)
        values[i] = stmt->params[i].null ? NULL : stmt->params[i].text.p;
    return PQsendQueryParams(c->pg, stmt->sql.p, (int)stmt->n_params, NULL, values, NULL,
                             NULL, 0);
}

static void keep(struct conn *c, const PGresult *r, const struct stmt *stmt)
{
    str severity = str_of(PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED));
    if (str_is(severity, "FATAL") || str_is(severity, "PANIC") ||
        PQstatus(c->pg) == CONNECTION_BAD) {
        conn_mark_lost(c, r);
    } else if (!c->failed) {
        c->failed = true;
        c->awaited_failed = true;
        server_err(r, stmt, &c->failure);
        watch_explain(c);
        if (str_is(str_of(c->failure.sqlstate), "57014"))
            (void)conn_interrupted();
    }
}

static void keep_text(struct conn *c, const struct stmt *stmt, const char *text)
{
    if (c->failed)
        return;
    c->failed = c->awaited_failed = true;
    err_set(&c->failure, ERR_FAILED, "%s", text);
    if (stmt->from.file.p)
        err_at(&c->failure, stmt->from.file, stmt->from.line);
}

static PGresult *next_result(struct conn *c)
{
    pipe_wait_result(c);
    if (c->lost)
        return NULL;
    PGresult *r = PQgetResult(c->pg);
    if (!r && PQstatus(c->pg) == CONNECTION_BAD)
        conn_mark_lost(c, NULL);
    return r;
}

/* Ends COPY data, well or with a reason why not. */
static void end_copy(struct conn *c, const char *reason)
{
    while (!c->lost) {
        int ended = PQputCopyEnd(c->pg, reason);
        if (ended > 0)
            return;
        if (ended < 0 && PQstatus(c->pg) == CONNECTION_BAD)
            conn_mark_lost(c, NULL);
        if (ended < 0)
            return;
        pipe_flush(c);
    }
}

/* COPY data nobody asked for, or nobody has: ends the COPY so that the connection is
 * usable, and says what to use instead. */
static void end_stray_copy(struct conn *c, ExecStatusType status, const struct stmt *stmt)
{
    if (status == PGRES_COPY_IN) {
        end_copy(c, "no data");
        keep_text(c, stmt, "COPY ... FROM STDIN has no data here: use op.copy_from");
        return;
    }
    keep_text(c, stmt, "COPY ... TO STDOUT has nowhere to go: read rows with db.each");
    char *piece;
    while (PQgetCopyData(c->pg, &piece, 0) > 0)
        PQfreemem(piece);
}

bool alone_exec(struct conn *c, const struct stmt *stmt, struct err *e)
{
    struct arena scratch = {0};
    if (!leave(c, e))
        return false;
    pipe_note(c, stmt);
    if (!send(c, stmt, &scratch))
        conn_mark_lost(c, NULL);
    for (PGresult *r; (r = next_result(c)); PQclear(r)) {
        ExecStatusType status = PQresultStatus(r);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
            end_stray_copy(c, status, stmt);
        else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
                 status != PGRES_EMPTY_QUERY)
            keep(c, r, stmt);
    }
    reenter(c);
    arena_reset(&scratch);
    return pipe_tell(c, e);
}

/* -- COPY ... FROM STDIN ------------------------------------------------------------ */

/* Pieces may be single rows: libpq collects them and sends as it sees fit, and is waited
 * for when it has collected much. */
static void put_piece(struct conn *c, str piece)
{
    enum { LARGEST = 65536, COLLECTED = 262144 };
    while (!c->lost && piece.n) {
        str part = str_cut(piece, 0, LARGEST);
        int taken = PQputCopyData(c->pg, part.p, (int)part.n);
        if (taken < 0) {
            if (PQstatus(c->pg) == CONNECTION_BAD)
                conn_mark_lost(c, NULL);
            return; /* the server has ended the COPY: its reason comes as a result */
        } else if (taken > 0) {
            piece = str_cut(piece, part.n, piece.n);
            c->unsent += part.n;
            if (c->unsent >= COLLECTED)
                pipe_flush(c);
        } else {
            pipe_flush(c);
        }
    }
}

/* The data of a COPY, one way or the other; false with e filled when the caller's side of it
 * fails. */
typedef bool move_fn(struct conn *c, void *context, struct err *e);

/* Runs a COPY; `move` is called once, when the server answers with `direction`. */
static bool run_copy(struct conn *c, const struct stmt *stmt, ExecStatusType direction,
                     move_fn *move, void *context, int64_t *rows, struct err *e)
{
    struct arena scratch = {0};
    bool moved = true, copied = false;
    *rows = 0;
    if (!pipe_start(c, stmt, e) || !leave(c, e))
        return false;
    pipe_note(c, stmt);
    if (!send(c, stmt, &scratch))
        conn_mark_lost(c, NULL);
    for (PGresult *r; (r = next_result(c)); PQclear(r)) {
        ExecStatusType status = PQresultStatus(r);
        long n = 0;
        if (status == direction && !copied) {
            copied = true;
            c->busy = true;
            moved = move(c, context, e);
            c->busy = false;
        } else if (status == PGRES_COMMAND_OK) {
            if (str_int(str_of(PQcmdTuples(r)), &n))
                *rows = n;
        } else if (status == PGRES_COPY_OUT || status == PGRES_COPY_IN) {
            end_stray_copy(c, status, stmt);
        } else if (status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
            keep(c, r, stmt);
        }
    }
    if (!copied && !c->failed && direction == PGRES_COPY_IN)
        keep_text(c, stmt, "the statement is not COPY ... FROM STDIN");
    reenter(c);
    arena_reset(&scratch);
    if (moved)
        return pipe_tell(c, e);
    struct err ended = {0}; /* e holds the error of the caller's side */
    pipe_tell(c, &ended);
    err_clear(&ended);
    return false;
}

struct feeder {
    copy_fn *next;
    void *context;
};

static bool feed(struct conn *c, void *context, struct err *e)
{
    const struct feeder *from = context;
    str piece;
    for (;;) {
        if (c->lost)
            return true;
        if (!from->next(from->context, &piece, e)) {
            end_copy(c, "the source of the data failed");
            return false;
        }
        if (piece.n == 0)
            break;
        put_piece(c, piece);
    }
    end_copy(c, NULL);
    return true;
}

bool alone_copy_in(struct sink *sink, const struct stmt *stmt, copy_fn *next,
                   void *context, int64_t *rows, struct err *e)
{
    struct feeder from = {next, context};
    return run_copy((struct conn *)sink, stmt, PGRES_COPY_IN, feed, &from, rows, e);
}

/* -- COPY ... TO STDOUT ------------------------------------------------------------- */

/* Waits until libpq has a whole row; its length, or what PQgetCopyData says of the end. */
static int next_row(struct conn *c, char **row)
{
    for (;;) {
        int n = PQgetCopyData(c->pg, row, 1);
        if (n != 0 || c->lost)
            return n;
        pipe_wait_input(c);
    }
}

struct drinker {
    take_fn *take;
    void *context;
};

/* A receiver that fails cancels the rest: rows on their way are dropped. */
static bool drink(struct conn *c, void *context, struct err *e)
{
    const struct drinker *to = context;
    bool ok = true;
    char *row;
    for (int n; (n = next_row(c, &row)) > 0;) {
        ok = to->take(to->context, (str){row, (size_t)n}, e);
        PQfreemem(row);
        if (!ok) {
            char message[256];
            PQcancel(c->cancel, message, sizeof message);
            while (!c->lost && next_row(c, &row) > 0)
                PQfreemem(row);
            break;
        }
    }
    return ok;
}

bool alone_copy_out(struct sink *sink, const struct stmt *stmt, take_fn *take,
                    void *context, int64_t *rows, struct err *e)
{
    struct drinker to = {take, context};
    return run_copy((struct conn *)sink, stmt, PGRES_COPY_OUT, drink, &to, rows, e);
}
