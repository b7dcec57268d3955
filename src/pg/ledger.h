/* What the target database remembers: version rows, the log, unfinished steps, the lock.
 *
 * Tables (always schema-qualified, with comments): moonshift_version (the current heads;
 * same shape as alembic_version, which can be named instead), moonshift_log (every run),
 * moonshift_progress (unfinished non-transactional steps and backfills; made when the first
 * of them begins). Log and progress are shared by all version tables of a schema; their
 * rows name the version table.
 *
 * None of these functions but ledger_ensure_lock opens or ends a transaction: that is the
 * runner's.
 */
#ifndef MOONSHIFT_PG_LEDGER_H
#define MOONSHIFT_PG_LEDGER_H

#include "model/graph.h"
#include "pg/conn.h"

struct ledger_names {
    str schema; /* version_schema; empty until ledger_read finds it: where the table
                   is on the search path, else the session's first schema. Offline
                   an empty schema means public */
    str version_table; /* moonshift_version */
};

/* One line of the log. Empty texts become NULL, as offline, where nobody knows them. */
struct run {
    str revision, message, checksum, user, host, program;
    bool up, stamped;
    bool pieces; /* it committed piece by piece: moonshift_progress knows since when */
};

/* Reads the current rows; writes nothing, works with a read-only role and on a standby,
 * in one round trip. A missing table is an empty list and *exists false. Fills an empty
 * names->schema. */
bool ledger_read(struct sink *s, struct ledger_names *names, struct strs *rows,
                 bool *exists, struct arena *a, struct err *e);
/* Creates what is missing of version table and log, and waits for it. Widens version_num
 * of an adopted alembic_version to text. Many programs may create at once: each but the
 * first waits until the first one's transaction ends. */
bool ledger_ensure(struct sink *s, const struct ledger_names *names, struct arena *a,
                   struct err *e);
/* The same for moonshift_progress, in the schema that ledger_ensure has made. */
bool ledger_ensure_progress(struct sink *s, const struct ledger_names *names,
                            struct arena *a, struct err *e);
/* Moves the version rows and writes the log line, in one statement whose guard the server
 * checks: exactly the expected rows must have been there. The duration is the server's:
 * from the start of the transaction until now, or, of a run in pieces, from the start of
 * the first piece. A stamp's step may have no revision. */
bool ledger_move(struct sink *s, const struct ledger_names *names,
                 const struct step *step, const struct run *run, struct arena *a,
                 struct err *e);

/* A line of the log that moves nothing: the file of an applied revision is right as it is. */
bool ledger_record(struct sink *s, const struct ledger_names *names,
                   const struct run *run, struct arena *a, struct err *e);

/* What the lock is, and how long it is waited for. */
struct lock_options {
    bool in_table;    /* a row of moonshift_lock instead of an advisory lock */
    int64_t lease_ms; /* in_table: how long the row is good for unless it is renewed */
    int64_t wait_ms;  /* < 0: for ever */
    /* Is told who holds it, again when that changes and every 15 seconds; may be NULL. */
    void (*waiting)(void *context, str holder);
    void *context;
    str program, user, host; /* in_table: who we are, for those who wait */
};

/* One program at a time migrates a database. The lock is polled: no snapshot is held
 * between polls, so that a concurrent index build elsewhere is not blocked. The advisory
 * lock is refused with advice behind a pooler that hands out the server by transaction;
 * the row works there (pg/lease.c). names->schema must be known. */
bool ledger_lock(struct conn *c, const struct ledger_names *names,
                 const struct lock_options *options, struct err *e);
bool ledger_unlock(struct conn *c, const struct ledger_names *names, struct err *e);
/* The same for moonshift_lock and its schema, in a transaction of its own. */
bool ledger_ensure_lock(struct conn *c, const struct ledger_names *names, struct arena *a,
                        struct err *e);
/* {lock}, {version}, {log}, {progress} of an SQL text replaced by the tables' names. */
str ledger_expand(str text, const struct ledger_names *names, struct arena *a);
/* Whether a table of the bookkeeping ("moonshift_log") is there. */
bool ledger_has(struct sink *s, const struct ledger_names *names, str table, bool *there,
                struct arena *a, struct err *e);
/* What to say of a database that has no version table of ours, but Alembic's, in the same
 * schema; nothing otherwise. */
bool ledger_advise(struct sink *s, const struct ledger_names *names, str *advice,
                   struct arena *a, struct err *e);
/* Whether anybody holds the lock. Takes nothing, and needs no privilege. */
bool ledger_locked(struct sink *s, const struct ledger_names *names, bool *locked,
                   struct arena *a, struct err *e);

/* The columns of ledger_log. */
enum log_column {
    LOG_ID,
    LOG_REVISION,
    LOG_DIRECTION, /* up, down, stamp */
    LOG_MESSAGE,
    LOG_CHECKSUM,
    LOG_DB_USER,
    LOG_OS_USER,
    LOG_HOST,
    LOG_PROGRAM,
    LOG_STARTED,
    LOG_DURATION,
};

/* The log, newest first, at most `limit` lines (0: all). No log yet: no rows. */
bool ledger_log(struct sink *s, const struct ledger_names *names, int64_t limit,
                struct rows *out, struct arena *a, struct err *e);

#endif
