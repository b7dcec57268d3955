/* SQL for display, without the passwords in it.
 *
 * Knows where SQL holds one; refuses to know whether it is valid. A word too much is hidden
 * rather than one too few: `where password = f(x)` loses its f(x).
 */
#ifndef MOONSHIFT_PLAN_MASKED_H
#define MOONSHIFT_PLAN_MASKED_H

#include "base/str.h"

/* The literal behind PASSWORD, what follows password= (in a literal, too: dblink, a
 * subscription's connection) and the password of a URL become asterisks: as many as there
 * were characters, so that the server's positions stay right. */
str sql_masked(str sql, struct arena *a);

#endif
