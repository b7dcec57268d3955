/* Keys that people bring along from Alembic and SQLAlchemy, and what they are called
 * here. */
#ifndef MOONSHIFT_SCRIPT_HABIT_H
#define MOONSHIFT_SCRIPT_HABIT_H

#include "base/str.h"

struct habit {
    str key;          /* the candidate that is meant, STR_NONE when nothing is near */
    const char *note; /* said instead of a key: what to do; NULL: nothing */
};

struct habit habit_of(str word, const str *candidates, size_t n);

/* What to write for an op.WORD that other tools, or a guess, have; NULL: not known. */
const char *habit_of_op(str word);

#endif
