/* A script of SQL cut where it begins and commits transactions of its own.
 *
 * Scripts of other tools are run inside a transaction, and some end it on their way:
 * COMMIT; CREATE INDEX CONCURRENTLY …; BEGIN. What stands inside and what stands outside
 * become parts. The text of a part is the script's own, comments included.
 */
#ifndef MOONSHIFT_PLAN_SQLPARTS_H
#define MOONSHIFT_PLAN_SQLPARTS_H

#include "base/err.h"

struct sql_part {
    str text;     /* never empty, without blanks at its ends; NUL behind it */
    bool outside; /* runs outside a transaction, statement by statement */
};

struct sql_parts {
    struct sql_part *at;
    size_t n, room;
};

struct sql_parts_options {
    bool outside;    /* the script is not run in a transaction; it is not cut then */
    str bookkeeping; /* statements that write, make or drop this table are left out;
                        empty: none */
};

/* Errors are those of sql_split, and a ROLLBACK or the like, which has no place in a
 * migration; e->sql and e->position tell where. */
bool sql_parts(str text, const struct sql_parts_options *options, struct sql_parts *out,
               struct arena *a, struct err *e);

#endif
