/* What models need not say, and a database has all the same: who owns an object, and the
 * version of an extension. Said, it is compared; unsaid, it stays as it is.
 */
#ifndef MOONSHIFT_PLAN_UNSAID_H
#define MOONSHIFT_PLAN_UNSAID_H

#include "model/catalog.h"

/* Fills kind, name, schema, table, arguments and using, as far as the record has them:
 * how comment_on, set_owner and their like name an object. */
void object_name(struct rec *r, const struct object *o);

/* Adds an object "owner" for each object that another role owns than the one connected to
 * the database. What the models do not say is added to them as the database has it, so
 * that what is made anew gets its owner back. The models say an owner where it is another
 * role than the one that built them. */
void leave_unsaid(struct catalog *database, struct catalog *models, struct arena *a);

/* Owners for `inspect`: of the objects that do not belong to the role that owns most. */
void say_owners(struct catalog *c, struct arena *a);

/* Gives the objects of `to` the owners that they have in `from`; `renames` (or NULL) were
 * made in between. */
void copy_owners(const struct catalog *from, struct catalog *to,
                 const struct ops *renames, struct arena *a);

#endif
