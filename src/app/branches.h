/* A revision that no file defines may be in another branch of the project's git repository.
 */
#ifndef MOONSHIFT_APP_BRANCHES_H
#define MOONSHIFT_APP_BRANCHES_H

#include "app/session.h"

/* Adds to an error about a missing revision which branch has its file, and the command that
 * fetches it. Adds nothing where git does not know. */
void branches_tell(struct session *s, struct err *e);

#endif
