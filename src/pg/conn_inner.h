/* What the files of the connection share; for nobody else. */
#ifndef MOONSHIFT_PG_CONN_INNER_H
#define MOONSHIFT_PG_CONN_INNER_H

#include "pg/ledger.h"

#include <libpq-fe.h>

/* Statements on their way are kept in two chunks of memory that take turns: while one is
 * filled, the results of the other come in. A chunk is full at either limit. */
enum { CHUNK_STATEMENTS = 256, CHUNK_BYTES = 256 * 1024, QUEUE_ROOM = 528 };

enum entry_kind { ENTRY_STATEMENT, ENTRY_PREPARE, ENTRY_SYNC };

/* What was sent and has no result yet. */
struct entry {
    enum entry_kind kind;
    unsigned chunk;
    struct stmt stmt;  /* a copy in the chunk */
    bool commits;      /* COMMIT: a lost connection leaves it in doubt */
    bool awaited;      /* the caller waits for it, and nothing else is in its
                          implicit transaction */
    struct rows *rows; /* where its rows go; NULL: dropped */
    struct arena *rows_in;
    struct stream *stream;     /* who takes its rows one at a time; NULL: nobody */
    struct prepared *prepared; /* ENTRY_PREPARE */
};

/* The receiver of rows that come one at a time. */
struct stream {
    row_fn *row;
    void *context;
    struct err *e; /* what the receiver fails with */
    struct rows shape;
    struct cell *cells; /* of one row; its texts live as long as libpq's result */
    struct arena arena;
    bool stopped;
};

/* A statement that is sent again and again with other parameters. */
struct prepared {
    str sql;
    char name[24];
    bool ready; /* the server has it, as far as results have come in */
};

struct lease;

/* Looking on while a statement has no answer. */
struct watch {
    PGconn *second; /* NULL until needed */
    int64_t next_ms, pause_ms;
    str seen; /* who blocked us when we last looked */
    struct arena arena;
};

struct notice {
    struct notice *next;
    str severity, text;
};

struct conn {
    struct sink sink; /* first: a sink pointer of ours is a conn pointer */
    PGconn *pg;
    PGcancel *cancel;
    struct arena arena;          /* as long as the connection */
    struct conn_options options; /* a copy in the arena */

    struct entry *queue; /* a ring of QUEUE_ROOM */
    size_t first, n;
    struct arena chunk[2];
    size_t live[2];              /* entries in the queue that point into the chunk */
    size_t filled, filled_bytes; /* of the chunk being filled */
    size_t unsent;               /* bytes given to libpq since the last flush */
    unsigned filling;
    size_t round_trips; /* how often results were waited for */
    size_t since_sync;  /* statements */
    bool synced;        /* a Sync was sent behind them */
    size_t led;         /* of these, sent before a statement to prepare its transaction */
    size_t loose;       /* of these, outside of BEGIN and COMMIT, and not bookkeeping */

    struct stmt *preamble; /* sent at the start of each transaction, implicit ones too */
    size_t n_preamble, preamble_room;
    struct lease *lease; /* the lock that is a row, while we hold it */

    struct prepared prepared[64]; /* the queries of catalog_read are 41 */
    size_t n_prepared;
    unsigned prepared_ever;
    unsigned cursors; /* declared so far */

    /* No pooler between: the server process is ours as long as we live, and so are
     * statements prepared in it. */
    bool direct;
    /* A pooler is between, and may give our session to others: so options.local was set. */
    bool pooled;
    bool in_tx; /* BEGIN was sent and no COMMIT or ROLLBACK since */
    bool dirty; /* a script can have changed the session's settings */
    bool busy;  /* rows are being streamed, or COPY data */
    bool lost;
    bool failed; /* `failure` waits to be told, or has been told and not recovered from */
    bool awaited_failed; /* the failed statement is the one its caller waits for */
    struct err failure;

    struct watch watch;
    struct arena notices_in;
    struct notice *notices, **last_notice;
    str farewell; /* FATAL, said while no answer was awaited */
    char farewell_state[6];
};

/* -- sink_pipe.c -------------------------------------------------------------------- */

void pipe_open(struct conn *c);
bool pipe_exec(struct sink *s, const struct stmt *stmt, struct err *e);
bool pipe_query(struct sink *s, const struct stmt *stmt, struct rows *out,
                struct arena *a, struct err *e);
bool pipe_sync(struct sink *s, struct err *e);
/* Checks, echoes and notes what a statement does to the state of the session; every way
 * to send one starts here. */
bool pipe_start(struct conn *c, const struct stmt *stmt, struct err *e);
void pipe_note(struct conn *c, const struct stmt *stmt);
/* Sends a Sync and waits until nothing is on its way, keeping the first failure. */
void pipe_drain(struct conn *c);
/* Tells the failure of this connection, and forgets it where nothing has to be undone. */
bool pipe_tell(struct conn *c, struct err *e);
/* Sends all that libpq holds, reading meanwhile. */
void pipe_flush(struct conn *c);
/* Waits, outside the pipeline, until PQgetResult would not block. */
void pipe_wait_result(struct conn *c);
/* Waits, outside the pipeline, until something has arrived, and takes it from the socket. */
void pipe_wait_input(struct conn *c);

/* -- sink_alone.c: outside the pipeline --------------------------------------------- */

bool alone_exec(struct conn *c, const struct stmt *stmt, struct err *e);
bool alone_copy_in(struct sink *s, const struct stmt *stmt, copy_fn *piece, void *context,
                   int64_t *rows, struct err *e);

bool alone_copy_out(struct sink *s, const struct stmt *stmt, take_fn *take, void *context,
                    int64_t *rows, struct err *e);

/* -- sink_cursor.c ------------------------------------------------------------------ */

bool cursor_fits(const struct conn *c, const struct stmt *stmt);
bool cursor_each(struct conn *c, const struct stmt *stmt, row_fn *row, void *context,
                 struct err *e);

/* -- server_err.c ------------------------------------------------------------------- */

/* Fills e from a failed result of `stmt`. */
/* What to do about a session that the server ended, by SQLSTATE; NULL: run it again. */
const char *server_parting_hint(const char *sqlstate);
void server_err(const PGresult *r, const struct stmt *stmt, struct err *e);
/* The first word of a statement is `word` (lower case); comments before it are skipped.
 */
bool stmt_is(str sql, const char *word);
/* `word` stands somewhere in the text as a word of its own, in any case. */
bool stmt_holds(str sql, const char *word);

/* -- refused.c ---------------------------------------------------------------------- */

/* Fills e after a connection was not made with these parameters; always false. */
bool dial_refused(struct conn *c, PGconn *pg, const char *const *keys,
                  const char *const *values, struct err *e);
/* The text of libpq's error, the password nowhere in it. */
str libpq_said(PGconn *pg, struct arena *a);

/* -- conn.c ------------------------------------------------------------------------- */

/* One more plain connection to the same place; NULL with e filled. */
PGconn *conn_dial(struct conn *c, struct err *e);
/* The connection is gone: `r` is the result that told it, or NULL. */
void conn_mark_lost(struct conn *c, const PGresult *r);
/* Hands collected notices to their receiver. */
void conn_tell_notices(struct conn *c);
/* A signal will cancel what runs on this connection: the one that is waited for. */
void conn_cancel_this(struct conn *c);
/* Cancels what runs on the connections, if a signal has asked for it. */
void conn_cancel_if_asked(struct conn *const *list, size_t n);
/* True from conn_cancel_from_signal until conn_interrupted. */
bool conn_cancel_is_asked(void);
/* True once after conn_cancel_from_signal. */
bool conn_interrupted(void);
/* Names, types and values of a result into the arena. */
void rows_copy(const PGresult *r, struct rows *out, struct arena *a);
void rows_shape(const PGresult *r, struct rows *out, struct arena *a);

/* -- lease.c ------------------------------------------------------------------------ */

/* One try at the lock that is a row: *got, or who holds it. `ours` stays the same over
 * the tries. */
bool lease_try(struct conn *c, const struct ledger_names *names,
               const struct lock_options *options, str ours, bool *got, str *holder,
               struct arena *a, struct err *e);
/* Gives back a row that was got, before lease_start. */
bool lease_drop(struct conn *c, const struct ledger_names *names, str ours,
                struct arena *a, struct err *e);
/* A name nobody else has. */
str lease_name(struct arena *a);
/* Renews the lease that was got, from a thread and a connection of its own, and makes each
 * transaction of `c` prove that it is held. */
bool lease_start(struct conn *c, const struct ledger_names *names,
                 const struct lock_options *options, str ours, struct err *e);
/* Gives it back. */
bool lease_end(struct conn *c, struct err *e);

/* -- blocked.c ---------------------------------------------------------------------- */

void watch_start(struct conn *c);        /* a wait begins */
int watch_left_ms(const struct conn *c); /* until the next look */
void watch_look(struct conn *c);
void watch_explain(struct conn *c); /* adds who it was to a failure by timeout */
void watch_stop(struct conn *c);

/* -- pooler.c ----------------------------------------------------------------------- */

/* The lock was taken by server process `lock_pid`, which is not the one libpq knows: true
 * when a pooler keeps our session; else e advises, and the lock is given back. */
/* The pooler between, if there is one, was found to be in session mode: settings hold until
 * the session ends. Queues a statement. */
bool conn_keeps_session(struct conn *c, struct err *e);
bool pooler_check(struct conn *c, int64_t key, long lock_pid, struct err *e);

#endif
