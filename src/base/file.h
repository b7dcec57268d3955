/* Files read whole, and questions about paths. Finding and writing a project's files is
 * Lua's business (lua/); this is what C needs before there is a Lua state, or without. */
#ifndef MOONSHIFT_BASE_FILE_H
#define MOONSHIFT_BASE_FILE_H

#include "base/err.h"

/* The file's bytes, NUL behind them. ERR_FAILED with the system's words. */
bool file_text(const char *path, str *out, struct arena *a, struct err *e);
/* Writes a file whole or not at all, over the one that is there: the text goes into a
 * temporary file beside it, which then takes its name. Links are followed; what is no
 * regular file (a pipe, /dev/stdout) is written to. ERR_FAILED with the system's words. */
bool file_replace(const char *path, str text, struct arena *a, struct err *e);
bool file_exists(const char *path);
bool file_is_directory(const char *path);
/* The names in a directory that end in `suffix`, sorted bytewise; those that begin with
 * a dot are left out. */
bool file_list(const char *path, str suffix, str **out, size_t *n, struct arena *a,
               struct err *e);
/* Without links, . and ..; the path as it is when the file system does not know it. */
str file_absolute(const char *path, struct arena *a);
/* The directory part with its slash: "a/b" gives "a/", "b" gives "". */
str file_directory(str path);
/* `path` as seen from `directory` ("" or ending in a slash); absolute paths stay. */
str file_join(str directory, str path, struct arena *a);

#endif
