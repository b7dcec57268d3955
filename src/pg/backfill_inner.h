/* What the files of the backfill share; for nobody else. */
#ifndef MOONSHIFT_PG_BACKFILL_INNER_H
#define MOONSHIFT_PG_BACKFILL_INNER_H

#include "pg/backfill.h"

/* One range of the key that is walked through on one connection. Keys are text, as the
 * server prints them; NULL is an open end. */
struct walk {
    struct progress
        at; /* its row in moonshift_progress; position as place_write has it */
    const struct param *from, *until;
    bool ended;

    struct conn *c;           /* NULL: it waits for one */
    bool sent;                /* a batch is on its way */
    const struct param *next; /* where that batch ends; NULL: it is the last one */
    struct rows after;        /* where the batch behind it will end */
    int64_t rows;             /* in that batch */
    int64_t ahead;            /* rows asked for in the batch behind it */
    int64_t size;             /* for the one to be asked for next */
    int64_t changed, sent_ms;
    str moved; /* the position when it has committed */
    int tries;
    struct arena texts[3]; /* of from, next and after, by turns */
    unsigned turn;         /* the one of next; that of after comes behind it */
};

/* -- backfill_key.c ------------------------------------------------------------------ */

/* As backfill_key, with the types of the columns. */
bool backfill_find_key(struct sink *s, str table, struct list wanted, struct list *key,
                       str **types, struct origin from, struct arena *a, struct err *e);

/* -- backfill_place.c: where a range stands, as text --------------------------------- */

/* "from 2:17 until 4:1000", either part missing where the end is open; "done". */
str place_write(const struct param *from, const struct param *until, size_t n,
                struct arena *a);
const struct param *place_key(const struct rows *rows, size_t row, struct arena *a);
/* False: the text is none of place_write. */
bool place_read(str text, size_t n, struct walk *w, struct arena *a);
/* The ranges that an interrupted run left, or new ones, written down. */
bool place_ranges(struct conn *c, const struct ledger_names *names,
                  const struct backfill *b, const struct progress *own,
                  struct walk **walks, size_t *n_walks, struct arena *a, struct err *e);

#endif
