/* What the files of the runner share; for nobody else. */
#ifndef MOONSHIFT_APP_RUNNER_INSIDE_H
#define MOONSHIFT_APP_RUNNER_INSIDE_H

#include "app/runner.h"

/* One revision on its way. */
struct flight {
    struct host host; /* first: a host pointer of ours is a flight pointer */
    struct runner *r;
    const struct step *step;
    struct migration m;
    struct arena *arena; /* one revision's lifetime */
    bool transactional;
    bool open;        /* BEGIN was sent */
    int outside;      /* depth of op.autocommit */
    size_t preambles; /* of the connection before this revision's settings */
    bool dirty;       /* offline: the session was changed, and has to be put back */
    bool recording;   /* change() on the way down: ops are kept, not run */
    struct ops recorded;
    const struct backfill_calls *calls; /* functions of the op.backfill that runs */
    enum batch { BATCH_NONE, BATCH_APPLY, BATCH_LOOK } batch; /* which one is called */
    struct journal {
        bool used;      /* there is a row in moonshift_progress */
        int64_t met;    /* statements this run has met */
        int64_t asked;  /* of them, those of the script: the others are checks */
        int64_t done;   /* statements that an interrupted run has finished */
        int64_t told;   /* of them, those of the script */
        str running;    /* the one after was begun, its end is not known */
        bool refused;   /* the server refused it, when it was last run */
        bool edited;    /* the file is not what it was then */
        uint64_t chain; /* hash over the statements met */
        uint64_t last;  /* the same without the last one */
        int64_t last_asked;
        uint64_t done_chain; /* the same over those done */
    } journal;
};

/* The files below, each of which uses only those before it; runner_step.c, runner.c and
 * runner_record.c stand on all of them. */

/* -- runner_common.c -------------------------------------------------------------------- */

/* A bookkeeping statement without parameters. `file` is shown when it fails. */
bool runner_control(struct runner *r, str file, const char *sql, struct err *e);
void runner_say(struct runner *r, const char *level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void runner_say_nothing(struct runner *r, const struct strs *rows);
/* The user and the machine that run this. */
void runner_who(struct runner *r, struct run *run);
/* Version rows of a database that stands at `from`; empty: at nothing. */
bool runner_state_of(struct runner *r, str from, struct strs *rows, struct err *e);
/* A step that cannot run where it stands: an error with the two ways out. */
bool flight_refuse_alone(const struct flight *f, const struct stmt *s, struct err *e);
/* The migration lock. After runner_leave the session is fit for use, whether what was done
 * under the lock went well (`ok`) or not. */
bool runner_lock(struct runner *r, struct err *e);
void runner_unlock(struct runner *r);
void runner_leave(struct runner *r, bool ok);

/* -- runner_settings.c ------------------------------------------------------------------ */

/* What the session has by configuration, as text. */
bool runner_session(struct runner *r, struct err *e);
/* The revision's settings, for its transaction or for the session. Those of the session
 * are marked as the user's, so that the reset after the revision finds them; where there
 * is no session to rely on, each of its transactions gets them. */
bool flight_settings(struct flight *f, bool local, struct err *e);
/* The same on another connection; `c` is NULL offline. */
bool flight_settings_of(struct flight *f, struct conn *c, bool local, struct err *e);
/* The session as it was before the revision. */
bool flight_reset(struct flight *f, struct err *e);

/* -- runner_journal.c: statements that commit by themselves ----------------------------- */

/* Makes moonshift_progress if it is not there: in the open transaction, before the first
 * piece commits. */
bool journal_ensure(struct flight *f, struct err *e);
/* What an interrupted run of this step left. */
void journal_open(struct flight *f);
/* Whether the script asked for it: what is QUIET is a check or a preparation. */
bool journal_asks(const struct stmt *s);
uint64_t journal_hash(uint64_t h, str s);
/* Counts a statement. *skip: an earlier run has finished it. */
bool journal_meet(struct flight *f, const struct stmt *s, bool *skip, struct err *e);
/* Remembers, in the open transaction, that all statements met so far are done. */
bool journal_save(struct flight *f, struct err *e);
/* Runs a statement that the server refuses inside a transaction. */
bool journal_alone(struct flight *f, const struct stmt *s, struct err *e);
/* Forgets the step, in the open transaction. */
bool journal_close(struct flight *f, struct err *e);
/* Refuses when a step that the plan does not hold was interrupted. */
bool journal_check(struct runner *r, const struct plan *plan, struct err *e);

/* -- runner_backfill.c ------------------------------------------------------------------ */

/* Runs op.backfill to its end (*done), or gives back the op, with the key that was found,
 * to be compiled: offline, or to be looked at. NULL: failed. */
const struct op *flight_backfill(struct flight *f, const struct op *op, bool *done,
                                 struct err *e);

/* -- runner_host.c: what a migration can reach ------------------------------------------ */

void flight_host(struct flight *f);
/* Carries out one statement where the revision stands: in its transaction, or alone. */
bool flight_exec(struct flight *f, const struct stmt *s, struct err *e);
bool flight_ops(struct flight *f, const struct ops *ops, struct err *e);
bool flight_begin(struct flight *f, struct err *e);
bool flight_commit(struct flight *f, struct err *e);

/* -- runner_step.c ---------------------------------------------------------------------- */

/* "cannot be undone", with the revision's own reason. */
bool runner_irreversible(const struct revision *rev, struct err *e);

#endif
