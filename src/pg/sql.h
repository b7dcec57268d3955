/* The SQL files of src/pg, which are part of the binary.
 *
 * A file opens with comment lines that say what its parameters and columns are; they are
 * not sent. Several statements stand apart by ";" at the end of a line.
 */
#ifndef MOONSHIFT_PG_SQL_H
#define MOONSHIFT_PG_SQL_H

#include "plan/sink.h"

/* The text of src/pg/NAME.sql without the comment it opens with and without a last
 * semicolon. The name must exist. */
str sql_named(const char *name);
/* The next statement of a text; false at its end. */
bool sql_next(str *rest, str *statement);

/* A text as a parameter; as one that is NULL when it is empty. */
struct param sql_param(str s);
struct param sql_param_or_null(str s);

#endif
