/* .env: lines of KEY=value, beside moonshift.lua.
 *
 * Quotes ("…" with \n \t \\ \" \$, '…' as it is, both may span lines), an `export` before
 * the key, comments, CRLF and a byte order mark are understood; ${…} is not replaced.
 * An error names file and line, and never shows a value: it may be a secret.
 */
#ifndef MOONSHIFT_APP_DOTENV_H
#define MOONSHIFT_APP_DOTENV_H

#include "base/err.h"

struct dotenv_line {
    str key, value; /* NUL behind both */
    int line;
};

struct dotenv {
    str name; /* of the file, for messages */
    struct dotenv_line *at;
    size_t n, room;
};

/* A file that does not exist is an empty one. */
bool dotenv_read(const char *path, struct dotenv *out, struct arena *a, struct err *e);
/* The last line with that key; NULL when there is none. */
const struct dotenv_line *dotenv_find(const struct dotenv *d, str key);

#endif
