/* Backfills: rows changed in batches, each a short transaction of its own.
 *
 * The walk follows a unique key. Where a batch ends is written to moonshift_progress in
 * the batch's own transaction, so a run that was killed goes on after the last batch that
 * committed, and no row is done twice. Several connections may walk at once, each through
 * a range of the key with a place of its own.
 */
#ifndef MOONSHIFT_PG_BACKFILL_H
#define MOONSHIFT_PG_BACKFILL_H

#include "pg/progress.h"
#include "plan/backfill.h"

/* The columns to walk by, in the order of their index: those of `wanted`, or, when that
 * is empty, the primary key or another unique key without NULL. An error when no unique
 * index covers exactly these, or they can be NULL: rows would be left out. */
bool backfill_key(struct sink *s, str table, struct list wanted, struct list *key,
                  struct origin from, struct arena *a, struct err *e);

/* What the caller does meanwhile. Each returns false with e filled, or may be NULL. */
struct backfill_watch {
    void *context;
    /* The settings of a session that was opened or put back. */
    bool (*session)(void *context, struct conn *c, struct err *e);
    /* After each batch: *stop ends the walk for now. */
    bool (*batch)(void *context, const struct backfill_report *r, bool *stop,
                  struct err *e);
    /* The rows of a batch, for a backfill with `read`. */
    bool (*apply)(void *context, const struct rows *rows, struct row_writes *out,
                  struct arena *a, struct err *e);
};

/* Runs a backfill to its end. No transaction may be open. `own` says which revision and
 * part it is; its checksum must be that of the run that was interrupted. The rows in
 * moonshift_progress are left, for the caller to remove (progress_forget_ranges) together
 * with what it remembers. *report is filled also when it fails. */
bool backfill_run(struct conn *c, const struct ledger_names *names,
                  const struct backfill *b, const struct progress *own,
                  const struct backfill_watch *watch, struct backfill_report *report,
                  struct err *e);

#endif
