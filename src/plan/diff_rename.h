/* Renames that are no guess: an index or a constraint has gone and one that says the same
 * has come in the same table, as when a column or the table itself was renamed. It is
 * renamed; nothing is built or checked again.
 */
#ifndef MOONSHIFT_PLAN_DIFF_RENAME_H
#define MOONSHIFT_PLAN_DIFF_RENAME_H

#include "plan/diff_parts.h"

/* After the objects have been matched by name, before anything is judged. */
void match_renamed(struct differ *d);

#endif
