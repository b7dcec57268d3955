#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK 4096u
#define LARGEST_BLOCK (1u << 20)
#define ALIGNMENT _Alignof(max_align_t)

struct arena_block {
    struct arena_block *before;
    size_t size; /* bytes of payload */
    _Alignas(max_align_t) unsigned char bytes[];
};

static _Noreturn void out_of_memory(void)
{
    fputs("moonshift: error: out of memory\n", stderr);
    exit(1);
}

/* MOONSHIFT_FAIL_ALLOC=N makes the N-th block fail: law 7 walks every N. */
static void fail_on_request(void)
{
#ifdef MOONSHIFT_FAULTS
    static long countdown = -1;
    if (countdown == -1) {
        const char *text = getenv("MOONSHIFT_FAIL_ALLOC");
        countdown = text ? strtol(text, NULL, 10) : 0;
    }
    if (countdown > 0 && --countdown == 0)
        out_of_memory();
#endif
}

static void add_block(struct arena *a, size_t at_least)
{
    size_t size = a->last ? a->last->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < at_least)
        size = at_least;
    fail_on_request();
    if (size > SIZE_MAX - sizeof(struct arena_block))
        out_of_memory();
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block)
        out_of_memory();
    block->before = a->last;
    block->size = size;
    a->last = block;
    a->used = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!a->last || a->last->size - a->used < rounded)
        add_block(a, rounded);
    void *p = a->last->bytes + a->used;
    a->used += rounded;
    return memset(p, 0, rounded);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        out_of_memory();
    return arena_alloc(a, count * size);
}

void *arena_grow(struct arena *a, const void *old, size_t count, size_t new_count,
                 size_t size)
{
    void *grown = arena_array(a, new_count, size);
    if (count)
        memcpy(grown, old, count * size);
    return grown;
}

char *arena_copy(struct arena *a, const void *bytes, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    if (n)
        memcpy(copy, bytes, n);
    return copy;
}

static void drop_down_to(struct arena *a, struct arena_block *keep)
{
    while (a->last != keep) {
        struct arena_block *before = a->last->before;
        free(a->last);
        a->last = before;
    }
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    drop_down_to(a, NULL);
}

void arena_rewind(struct arena *a)
{
    struct arena_block *first = a->last;
    while (first && first->before)
        first = first->before;
    drop_down_to(a, first);
}
