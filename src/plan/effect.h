/* What a statement does to relations that are there: the lock it takes on each, and
 * whether it reads or copies the whole of one while it holds that (manual, 13.3.1, and the
 * notes of ALTER TABLE).
 *
 * Knows the text only, as plan/sqltext reads it: which index belongs to which table, what
 * hangs on a table that is dropped, and what a function does, the server knows alone.
 * Reading is no effect: ACCESS SHARE waits for nobody but ACCESS EXCLUSIVE.
 */
#ifndef MOONSHIFT_PLAN_EFFECT_H
#define MOONSHIFT_PLAN_EFFECT_H

#include "plan/sqltext.h"

enum effect_flags {
    EFFECT_READS = 1,  /* every row is read under the lock */
    EFFECT_COPIES = 2, /* the table is written anew under the lock */
    EFFECT_INDEX = 4,  /* `table` names an index: the lock is that of its table */
};

struct effect {
    struct sql_table table;
    enum lock_mode lock; /* the strongest, when the statement takes several */
    unsigned does;
};
struct effects {
    struct effect *at;
    size_t n, room;
};

/* The type of a column before the statement, written as sql_action.full_type is, or
 * STR_NONE. Tells a change of type that copies the table from one that only widens. */
typedef str column_type_fn(void *context, const struct sql_table *table, str column);

/* Adds the effects of one statement, each relation once, in the order of the text.
 * `type_of` may be NULL: then every change of a type copies. False: it is a kind of
 * statement whose effects the text does not tell (DO, CALL), or that has none. */
bool statement_effects(const struct sql_facts *f, column_type_fn *type_of, void *context,
                       struct effects *out, struct arena *a);

/* Is a change of type from `was` to `now` done without touching a row? Both are written
 * as sql_action.full_type is. */
bool type_widens(str was, str now);
/* A type as a person wrote it, as full_type writes it. STR_NONE: not understood. */
str type_normal(str text, struct arena *a);

#endif
