/* Backfills: rows changed in batches, each a short transaction of its own.
 *
 * The walk follows a unique key. The last key of a batch is written to moonshift_progress
 * in the batch's own transaction, so a run that was killed goes on after the last batch
 * that committed, and no row is done twice.
 */
#ifndef MOONSHIFT_PG_BACKFILL_H
#define MOONSHIFT_PG_BACKFILL_H

#include "pg/progress.h"
#include "plan/backfill.h"

/* The columns of the table's primary key. An error when it has none. */
bool backfill_key(struct sink *s, str table, struct list *key, struct origin from,
                  struct arena *a, struct err *e);

/* Runs a backfill to its end. No transaction may be open. `at` says which revision it is
 * part of and, from an earlier run, where it stands; when it ends without an error its
 * row is left, for the caller to remove together with what it remembers. `tell` is called
 * every few seconds. */
bool backfill_run(struct sink *s, const struct ledger_names *names, const struct backfill *b,
                  struct progress *at,
                  void (*tell)(void *context, int64_t rows, double seconds), void *context,
                  struct err *e);

#endif
