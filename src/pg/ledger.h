/* What the target database remembers: version rows, the log, unfinished steps, the lock.
 *
 * Tables (always schema-qualified, with comments): moonshift_version (the current heads;
 * same shape as alembic_version, which can be named instead), moonshift_log (every run),
 * moonshift_progress (unfinished non-transactional steps and backfills).
 */
#ifndef MOONSHIFT_PG_LEDGER_H
#define MOONSHIFT_PG_LEDGER_H

#include "model/graph.h"
#include "pg/conn.h"

struct ledger_names {
    str schema;        /* version_schema; empty: the session's first schema, usually public */
    str version_table; /* moonshift_version */
};

/* One line of the log. */
struct run {
    str revision, message, checksum, user, host, program;
    bool up, stamped;
};

/* Reads the current rows; writes nothing, works with a read-only role. A missing table is
 * an empty list and *exists false. */
bool ledger_read(struct sink *s, const struct ledger_names *names, struct strs *rows,
                 bool *exists, struct arena *a, struct err *e);
/* Creates what is missing. Widens version_num of an adopted alembic_version to text. */
bool ledger_ensure(struct sink *s, const struct ledger_names *names, struct arena *a,
                   struct err *e);
/* Moves the version rows and writes the log line, in one statement whose guard the server
 * checks: exactly the expected rows must have been there. `at` is the revision file. */
bool ledger_move(struct sink *s, const struct ledger_names *names, const struct step *step,
                 const struct run *run, struct arena *a, struct err *e);

/* The advisory lock, polled: no snapshot is held between polls, so that a concurrent
 * index build elsewhere is not blocked. `waiting` is told about each poll that failed
 * (who holds it); NULL for silence. wait_ms < 0: for ever. */
bool ledger_lock(struct conn *c, const struct ledger_names *names, int64_t wait_ms,
                 void (*waiting)(void *context, str holder), void *context, struct err *e);
bool ledger_unlock(struct conn *c, const struct ledger_names *names, struct err *e);

/* The log, newest first, at most `limit` lines (0: all); rows as db columns. */
bool ledger_log(struct sink *s, const struct ledger_names *names, int64_t limit,
                struct rows *out, struct arena *a, struct err *e);

#endif
