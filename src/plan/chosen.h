/* The name that PostgreSQL chooses for what is created without one.
 *
 * Knows how the server makes names (manual: CREATE INDEX, ALTER TABLE); not that it puts a
 * number behind a name that is taken, which only the server can tell.
 */
#ifndef MOONSHIFT_PLAN_CHOSEN_H
#define MOONSHIFT_PLAN_CHOSEN_H

#include "model/op.h"

/* The name of the index or constraint that an op without a name makes; STR_NONE when it
 * makes none, or takes its name from an index. */
str chosen_name(const struct op *op, struct arena *a);

#endif
