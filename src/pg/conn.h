/* A connection to PostgreSQL: connect, run, cancel, notices.
 *
 * Together with the other files of src/pg the only place that includes libpq-fe.h; this
 * header does not. No PGresult leaves the function that got it: rows are copied into an
 * arena. Passwords never reach a message: they are masked here.
 */
#ifndef MOONSHIFT_PG_CONN_H
#define MOONSHIFT_PG_CONN_H

#include "plan/sink.h"

struct conn;

/* One session setting, applied after connecting and again after each session reset. */
struct setting {
    str name, value;
};

struct conn_options {
    str url; /* postgres://, postgresql://, postgresql+driver://, or key=value text;
                empty: libpq's own PG* variables */
    struct setting *settings;
    size_t n_settings;
    str role;       /* SET ROLE, or empty */
    bool one_by_one; /* no pipeline: law 5 compares the two */
    bool echo;       /* every statement to stderr (--verbose) */
    void (*notice)(void *context, str severity, str text); /* may be NULL */
    void *notice_context;
};

/* NULL with e filled: the server's own words, the url masked, and a hint by cause
 * (refused, no such database, wrong password). */
struct conn *conn_open(const struct conn_options *options, struct err *e);
void conn_close(struct conn *c);

/* The sink of this connection: a libpq pipeline, or one statement at a time. */
struct sink *conn_sink(struct conn *c);

int conn_server_version(const struct conn *c);
str conn_database(const struct conn *c);
str conn_user(const struct conn *c);
str conn_host(const struct conn *c); /* host or socket directory */
int conn_pid(const struct conn *c);  /* of the server process */

/* After an error: leaves the aborted pipeline, rolls back, restores the session, so that
 * the connection can be used again. */
bool conn_recover(struct conn *c, struct err *e);
/* RESET ALL and the settings and role again: a script may have changed the session. Goes
 * through the sink, without waiting. */
bool conn_reset_session(struct conn *c, struct err *e);

/* From a signal handler: asks the server to cancel what runs (PQcancel is signal-safe). */
void conn_cancel_from_signal(void);

/* A URL of any accepted form with the password replaced by ***, for display. */
str url_masked(str url, struct arena *a);
/* Any accepted form to what libpq takes (driver suffix removed); false: which character
 * is wrong, and the encoded form. */
bool url_normal(str url, str *out, struct arena *a, struct err *e);

#endif
