/* Files that are part of the binary: made from lua/, src/pg/ and src/plan/ by
 * src/script/embed.c while building. Sorted by name; the array ends with a NULL name. */
#ifndef MOONSHIFT_BASE_EMBED_H
#define MOONSHIFT_BASE_EMBED_H

#include <stddef.h>

struct embedded {
    const char *name; /* relative to the source tree: "lua/project.lua" */
    const char *bytes;
    size_t n;
};

#endif
