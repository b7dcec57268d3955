/* renamed_from of the models: what of it is still to be done in a database. */
#ifndef MOONSHIFT_APP_RENAMES_H
#define MOONSHIFT_APP_RENAMES_H

#include "plan/diff.h"

/* Keeps of `renames` what is due in the database, in an order that works, and adds the
 * sequences of serial columns, which are named after what is renamed. */
void renames_due(const struct catalog *database, const struct catalog *models,
                 struct ops *renames, struct arena *a);

/* The kind of the hazards that renames_suspect adds. */
#define LIKELY_RENAME "perhaps a rename"

/* A table, or a column of a table, gone and another one come may be a rename: a hazard on
 * the op that drops. Of several nobody could tell which became which. */
void renames_suspect(struct diff *d, struct arena *a);

#endif
