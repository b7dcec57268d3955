/* The runner: steps of the revision graph become transactions on a sink.
 *
 * Knows the order of things (lock, begin, settings, the script, verify, version row,
 * commit, session reset), what to do when one of them fails, and how to tell truthfully
 * what has been applied. Refuses to know SQL (plan/compile), the version table's
 * statements (pg/ledger), Lua (script/migration) and where output goes: it says what it
 * does through `say`.
 *
 * Online and --sql are the same code with another sink. Only what needs answers (the
 * lock, the rows that are there, verify) is left out when the sink is offline.
 */
#ifndef MOONSHIFT_APP_RUNNER_H
#define MOONSHIFT_APP_RUNNER_H

#include "model/graph.h"
#include "pg/progress.h"
#include "plan/backfill.h"
#include "script/migration.h"

enum run_mode {
    RUN_REVISION, /* one transaction for each revision */
    RUN_ALL,      /* one transaction for all */
    RUN_NONE,     /* every statement commits by itself */
};

/* What the caller decides; zero is the default where that makes sense. */
struct run_options {
    enum run_mode mode;
    bool dry_run;          /* run in one transaction and roll it back */
    bool no_lock;          /* lock_mode = "none" */
    bool lock_in_table;    /* lock_mode = "table" */
    int64_t lock_lease_ms; /* of that */
    int64_t lock_wait_ms;  /* < 0: for ever */
    int lock_retries;      /* how often a step is run again after SQLSTATE 55P03 */
    str environment;       /* for ctx.env */
    struct val x;          /* VAL_MAP of -x key=value, for ctx.x */
    str tag;               /* --tag, for ctx.tag */
    str role, search_path; /* of the session; text for a file begins with them */
    str program;           /* for the log: "moonshift 0.1.0" */
};

struct stmt_list;

struct runner {
    struct vm *vm;
    const struct graph *graph;
    struct conn *conn; /* NULL when the sink is a file */
    struct sink *sink;
    struct ledger_names names;
    str root; /* of the project: revision files are relative to it */
    struct run_options options;
    /* level: "info" or "warn". */
    void (*say)(void *context, const char *level, str text);
    /* before_run, after_run, on_error: around a run that has something to do. `word` is
     * the message of an error, else empty. May be NULL. */
    bool (*hook)(void *context, const char *name, str word, struct err *e);
    /* A backfill of a revision went on, or ended: after each batch. May be NULL. */
    void (*advance)(void *context, str revision, const struct backfill_report *report);
    void *context;       /* of all three */
    struct arena *arena; /* as long as the runner */
    /* Statements that a script which is only looked at has asked for before. */
    int64_t asked;
    /* When set, operations are shown to it instead of being run (runner_preview). */
    void (*watch)(void *context, const struct op *op, const struct stmt_list *list);
    void *watch_context;

    /* The runner's own. */
    struct strs before;         /* the version rows when the plan was made */
    str user, host;             /* of the operating system, once known (runner_who) */
    bool ensured;               /* version table and log are there */
    bool journaled;             /* moonshift_progress is there */
    struct progresses progress; /* steps that were interrupted */
    bool more;                  /* revisions come after the one that runs */
    bool in_all;                /* the one transaction of RUN_ALL is open */
    bool locked;
};

/* upgrade and downgrade against a database. Nothing to do costs one read and takes no
 * lock. After an error the rows are read again and `say` tells how much was applied. */
bool runner_move(struct runner *r, bool up, str target, struct err *e);
/* Down by one and up to where it was. */
bool runner_redo(struct runner *r, struct err *e);
/* Records without running. */
bool runner_stamp(struct runner *r, const struct strs *targets, bool purge,
                  struct err *e);
/* An interrupted step was finished, or removed, by hand. */
bool runner_resolve(struct runner *r, str revision, bool applied, struct err *e);
/* The file of an applied revision was edited, and is right: its checksum is recorded. */
bool runner_accept(struct runner *r, str revision, const char *checksum, struct err *e);
/* Creates the bookkeeping tables. */
bool runner_ensure(struct runner *r, struct err *e);

/* The text of a move from one state to another; `from` empty: from nothing. */
bool runner_write(struct runner *r, bool up, str from, str target, struct err *e);
/* The text of a stamp. */
bool runner_write_stamp(struct runner *r, str from, const struct strs *targets,
                        struct err *e);

/* -- pieces, for plan and test ---------------------------------------------------------- */

/* The steps of a move from `rows`. */
bool runner_plan(struct runner *r, bool up, const struct strs *rows, str target,
                 struct plan *out, struct err *e);
/* The line a step is announced by: "Running upgrade a -> b, message". */
str step_line(const struct step *step, struct arena *a);
/* Carries out one step in its own transaction. */
bool runner_step(struct runner *r, const struct step *step, struct err *e);
/* Shows the operations of one step to `watch`. Reads run in a transaction that cannot
 * write; nothing is sent but those. */
bool runner_preview(struct runner *r, const struct step *step, struct err *e);
/* Rows of the version table after a step. */
void step_apply(struct strs *rows, const struct step *step, struct arena *a);
bool rows_same(const struct strs *a, const struct strs *b);

#endif
