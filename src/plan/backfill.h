/* The statements of op.backfill: a walk along a unique key, range by range.
 *
 * A range is from <= key < until, either end open. Online pg/backfill sends one statement
 * for each range, with parameters, in a transaction of its own; --sql holds the same walk
 * in a DO block that commits after each. Both are written here, from the op. What the
 * functions of a migration do in between (apply, on_batch) is passed as backfill_calls.
 */
#ifndef MOONSHIFT_PLAN_BACKFILL_H
#define MOONSHIFT_PLAN_BACKFILL_H

#include "base/err.h"
#include "plan/sink.h"

struct backfill {
    str table;       /* quoted, with its schema */
    str name;        /* the table as the op names it */
    str set;         /* "a" = 1, "b" = lower(c); empty: the rows go through `apply` */
    str where;       /* SQL of the user's, or empty */
    str read;        /* the query for `apply`, or empty */
    struct list key; /* names of columns */
    int64_t batch;   /* rows; 0: adapt */
    int64_t target_ms, pause_ms;
    int64_t max_lag;  /* seconds; 0: do not look */
    int64_t max_rate; /* rows a second; 0: as fast as it goes */
    int64_t workers;  /* connections, at least 1 */
    struct origin from;
};

/* SQL expressions that give the ends, one for each column of the key; NULL: open. */
struct range {
    const str *from, *until;
};

/* What a batch writes for rows that went through a function: the values of rows that name
 * the same columns. */
struct row_write {
    struct list columns; /* names, the key's among them */
    str json;            /* an array of objects, whose values are text or null */
    size_t n_rows;
};
struct row_writes {
    struct row_write *at;
    size_t n, room;
};

/* How far a backfill is, for whoever looks on. */
struct backfill_report {
    str table;
    int64_t rows;            /* walked over, earlier runs included */
    int64_t total;           /* of how many, as the planner estimates; 0: not known */
    int64_t walked, changed; /* in this run */
    int64_t batch;           /* the size of the last one */
    double seconds;          /* of this run */
    bool ended;
};

/* The functions of a migration. Each returns false with e filled. */
struct backfill_calls {
    void *context;
    /* Rows of a batch, inside its transaction; NULL when the op has `set`. */
    bool (*apply)(void *context, const struct rows *rows, struct row_writes *out,
                  struct arena *a, struct err *e);
    /* After each batch, outside of any; *stop: the walk ends here for now. May be NULL.
     */
    bool (*on_batch)(void *context, const struct backfill_report *r, bool *stop,
                     struct err *e);
};

/* Reads the op. The key may be missing: who knows the server looks for it. */
bool backfill_of(const struct op *op, struct backfill *out, struct arena *a,
                 struct err *e);

/* The first key behind `n` rows of the range, as text, one column for each of the key; no
 * row when the range holds no more than n. */
str backfill_next(const struct backfill *b, struct range r, int64_t n, struct arena *a);
/* How many rows the range holds, at most `most`. */
str backfill_count(const struct backfill *b, struct range r, int64_t most,
                   struct arena *a);
/* Changes the rows of a range. */
str backfill_update(const struct backfill *b, struct range r, struct arena *a);
/* Locks the rows of a range as an UPDATE does, so that what is read then stays true. */
str backfill_lock(const struct backfill *b, struct range r, struct arena *a);
/* The rows of the user's query in a range, in the order of the key. */
str backfill_read(const struct backfill *b, struct range r, struct arena *a);
/* Writes rows given as JSON in $1; each value is text that its column's type reads. */
str backfill_write(const struct backfill *b, struct list columns, const str *types,
                   struct arena *a);
/* Keys that divide the table into `parts` of about the same size, as text; looks at
 * `percent` of its pages. */
str backfill_split(const struct backfill *b, int64_t parts, double percent,
                   struct arena *a);

#endif
