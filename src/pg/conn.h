/* A connection to PostgreSQL: connect, run, cancel, notices.
 *
 * Together with the other files of src/pg the only place that includes libpq-fe.h; this
 * header does not. No PGresult leaves the function that got it: rows are copied into an
 * arena. Passwords never reach a message: they are masked here.
 *
 * The rules of the sink (sink_pipe.c), for whoever runs statements:
 *   - exec queues; a failure may be told by any later call, and from then on every call
 *     tells it again until conn_recover. Nothing that was queued behind the failed
 *     statement has any effect, a failing COMMIT included.
 *   - query, each, copy_in and sync wait, and outside a transaction they end the
 *     statement's own. When one of the first three fails outside a transaction, the
 *     connection needs no recovery.
 *   - STMT_NO_TX runs alone, and commits by itself.
 */
#ifndef MOONSHIFT_PG_CONN_H
#define MOONSHIFT_PG_CONN_H

#include "pg/url.h"
#include "plan/sink.h"

struct conn;

/* One session setting, applied after connecting and again after each session reset. */
struct setting {
    str name, value;
};

struct conn_options {
    str url;      /* postgres://, postgresql://, postgresql+driver://, or key=value text;
                     empty: libpq's own PG* variables */
    str database; /* instead of the url's database; empty: the url's */
    struct setting *settings;
    size_t n_settings;
    int dial_s;      /* how long one host may take to answer, in seconds; 0: 30. The url's
                        connect_timeout and PGCONNECT_TIMEOUT are before it */
    str role;        /* SET ROLE, or empty */
    bool local;      /* no state of the session is relied on, since a pooler hands out the
                        server by transaction: settings and role are set anew, and locally,
                        at the start of each transaction */
    bool one_by_one; /* no pipeline: law 5 compares the two */
    bool echo;       /* every statement to stderr (--verbose) */
    void (*notice)(void *context, str severity, str text); /* may be NULL */
    void *notice_context;
};

/* NULL with e filled: the server's own words, the url masked, and a hint by cause
 * (refused, no such database, wrong password). */
struct conn *conn_open(const struct conn_options *options, struct err *e);
/* A second connection with the same options, for looking on while the first one waits. */
struct conn *conn_open_again(const struct conn *c, struct err *e);
void conn_close(struct conn *c); /* NULL is welcome */

/* The sink of this connection: a libpq pipeline, or one statement at a time. */
struct sink *conn_sink(struct conn *c);

int conn_server_version(const struct conn *c);
str conn_database(const struct conn *c);
str conn_user(const struct conn *c);
str conn_host(const struct conn *c); /* host or socket directory */
int conn_pid(const struct conn *c);  /* of the server process; of the pooler, if any */
bool conn_lost(const struct conn *c); /* gone for good: only conn_close remains */
size_t conn_round_trips(const struct conn *c);  /* how often the server was waited for */
bool conn_in_transaction(const struct conn *c); /* BEGIN was sent, COMMIT was not */
bool conn_local(const struct conn *c);          /* opened with options.local */

/* Queues a query and sends all there is, without waiting: its rows are there when
 * conn_first_done has named the connection, or after the sink's sync. */
bool conn_post(struct conn *c, const struct stmt *s, struct rows *rows, struct arena *a,
               struct err *e);
/* Waits until one of the connections has all that it was sent for; its index. Whether it
 * went well its sink's sync tells, without waiting. */
size_t conn_first_done(struct conn *const *list, size_t n);

/* Waits until nothing is on its way, whatever became of it; a failure is still told by the
 * next call. */
void conn_settle(struct conn *c);

/* After an error: leaves the aborted pipeline, rolls back, restores the session, so that
 * the connection can be used again. */
bool conn_recover(struct conn *c, struct err *e);
/* RESET ALL and the settings and role again, if a script can have changed the session
 * since the last time. Goes through the sink, without waiting. */
bool conn_reset_session(struct conn *c, struct err *e);

/* Sets what the options say once more, in a transaction in which some of it was set to
 * DEFAULT: that is the server's, not ours. */
bool conn_settings_again(struct conn *c, struct err *e);

/* Sends a copy of the statement after each BEGIN from now on, and, unless it is
 * STMT_BLOCK, before each statement outside of one. */
void conn_preamble(struct conn *c, const struct stmt *stmt);
/* Takes back all but the first n; how many there are is conn_preambles. */
void conn_preamble_cut(struct conn *c, size_t n);
size_t conn_preambles(const struct conn *c);

/* From a signal handler: asks the server to cancel what runs (PQcancel is signal-safe),
 * and makes the next wait of this layer end with "interrupted". */
void conn_cancel_from_signal(void);
/* From a signal handler: is the first connection being made? libpq cannot be interrupted
 * there, and nothing was begun yet. */
bool conn_is_dialing(void);

#endif
