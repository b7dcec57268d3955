/* FNV-1a, 64 bits: short, good enough for tables, and the same on every machine, which the
 * key of the advisory lock relies on (pg/lock.c). Not for secrets or checksums. */
#ifndef MOONSHIFT_BASE_HASH_H
#define MOONSHIFT_BASE_HASH_H

#include "base/str.h"

#include <stdint.h>

#define HASH_START UINT64_C(14695981039346656037)

/* The hash of what `hash` already stands for, and these bytes behind it. */
static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    return hash;
}

static inline uint64_t hash_str(uint64_t hash, str s)
{
    return hash_bytes(hash, s.p, s.n);
}

#endif
