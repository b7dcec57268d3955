/* Passwords that operations hold: those of user mappings, which the server keeps readable.
 *
 * Knows in which options they are. Those in SQL text are for plan/masked.
 */
#ifndef MOONSHIFT_APP_PASSWORDS_H
#define MOONSHIFT_APP_PASSWORDS_H

#include "app/session.h"
#include "model/op.h"

/* Warns of each that is going to be written into `what`, a file or models. */
void passwords_tell(struct session *s, const struct ops *ops, const char *what);
/* Puts asterisks in their place, for what is only shown. Changes the records of `ops`. */
void passwords_hide(const struct ops *ops, struct arena *a);

#endif
