/* Memory that ends all at once.
 *
 * Knows how to hand out zeroed, aligned pieces of growing blocks and to give all of
 * them back together. Refuses to free a single piece: there is no arena_free(p).
 *
 * The program keeps three lifetimes: the program's, one revision's, and a scratch
 * arena that is passed down for temporaries. Running out of memory ends the program
 * with a message and exit status 1; the server rolls back when the connection drops.
 */
#ifndef MOONSHIFT_BASE_ARENA_H
#define MOONSHIFT_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* Zero-initialise one: `struct arena a = {0};`. Not thread-safe. */
struct arena {
    struct arena_block *last;
    size_t used; /* bytes taken from `last` */
};

/* `size` zeroed bytes, aligned for any object. Never NULL. */
void *arena_alloc(struct arena *a, size_t size);

/* Room for `count` objects of `size` bytes, checked for overflow. Never NULL. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A grown copy of an array: `count` old objects are kept, the rest is zeroed. */
void *arena_grow(struct arena *a, const void *old, size_t count, size_t new_count,
                 size_t size);

/* A copy of `n` bytes with a NUL behind them (the NUL is not counted). */
char *arena_copy(struct arena *a, const void *bytes, size_t n);

/* Gives back everything; the arena is empty and usable again. */
void arena_reset(struct arena *a);

/* Gives back everything but the first block, for an arena that is used in turns. */
void arena_rewind(struct arena *a);

#define NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define NEW_N(a, type, n) ((type *)arena_array((a), (n), sizeof(type)))

/* Appends room for one element to an array kept as pointer, count and capacity.
 * Yields a pointer to the new, zeroed element. */
#define PUSH(a, array, count, capacity)                                                  \
    ((count) < (capacity)                                                                \
         ? &(array)[(count)++]                                                           \
         : ((array) = arena_grow((a), (array), (count), (capacity) ? (capacity)*2 : 8,   \
                                 sizeof *(array)),                                       \
            (capacity) = (capacity) ? (capacity)*2 : 8, &(array)[(count)++]))

#endif
