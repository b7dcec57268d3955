#include "base/meter.h"

#include <stdbool.h>
#include <stdlib.h>

/* MOONSHIFT_FAIL_LUA_ALLOC=N makes every growth from the N-th on fail: law 7 walks every
 * N. One failure alone would not be felt: Lua collects its garbage and tries again. */
static bool fails_on_request(void)
{
#ifdef MOONSHIFT_FAULTS
    static long left = -1;
    if (left == -1) {
        const char *text = getenv("MOONSHIFT_FAIL_LUA_ALLOC");
        left = text ? strtol(text, NULL, 10) : 0;
    }
    if (left > 1)
        left--;
    else if (left == 1)
        return true;
#endif
    return false;
}

void *meter_resize(struct meter *m, void *old, size_t old_size, size_t size)
{
    if (size == 0) {
        free(old);
        m->used -= old ? old_size : 0;
        return NULL;
    }
    size_t had = old ? old_size : 0;
    if (size > had && (size - had > m->limit - m->used || fails_on_request()))
        return NULL;
    void *p = realloc(old, size);
    if (p)
        m->used = m->used - had + size;
    return p;
}
