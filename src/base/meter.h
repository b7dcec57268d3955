/* Memory for a foreign library that wants to resize and free single pieces (Lua), counted
 * and bounded, so that what runs inside it cannot take the machine's.
 *
 * The one place beside the arena that calls the C library's allocator.
 */
#ifndef MOONSHIFT_BASE_METER_H
#define MOONSHIFT_BASE_METER_H

#include <stddef.h>

struct meter {
    size_t used, limit; /* bytes */
};

/* `old` (NULL, or a piece of `old_size` bytes) with a new size, moved if need be; size 0
 * frees. NULL when the limit or the machine has no more: `old` is then as it was. */
void *meter_resize(struct meter *m, void *old, size_t old_size, size_t size);

#endif
