#include "base/meter.h"

#include <stdbool.h>
#include <stdlib.h>

/* MOONSHIFT_FAIL_LUA_ALLOC=N makes the N-th growth fail: law 7 walks every N. */
static bool fails_on_request(void)
{
#ifdef MOONSHIFT_FAULTS
    static long countdown = -1;
    if (countdown == -1) {
        const char *text = getenv("MOONSHIFT_FAIL_LUA_ALLOC");
        countdown = text ? strtol(text, NULL, 10) : 0;
    }
    return countdown > 0 && --countdown == 0;
#else
    return false;
#endif
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
