/* The statements of op.backfill: one batch of rows after a key.
 *
 * Online pg/backfill sends them with parameters, one transaction each; --sql holds them in
 * a DO block that commits after each. Both are written here, from the op.
 */
#ifndef MOONSHIFT_PLAN_BACKFILL_H
#define MOONSHIFT_PLAN_BACKFILL_H

#include "base/err.h"
#include "model/op.h"

struct backfill {
    str table;       /* quoted, with its schema */
    str name;        /* quoted, without */
    str set;         /* "a" = 1, "b" = lower(c) */
    str where;       /* SQL of the user's, or empty */
    struct list key; /* names of columns */
    int64_t batch;   /* 0: adapt */
    int64_t pause_ms, max_lag;
    struct origin from;
};

/* Reads the op. The key must be there: who knows the server looks for the primary key. */
bool backfill_of(const struct op *op, struct backfill *out, struct arena *a, struct err *e);

/* Changes the next `batch` rows and yields the last key: columns last_1, last_2, ... as
 * text, and the number of rows; no row when nothing was left. `after` are expressions that
 * give the last key, one for each column; NULL: from the start. */
str backfill_batch(const struct backfill *b, const str *after, int64_t batch,
                   struct arena *a);

#endif
