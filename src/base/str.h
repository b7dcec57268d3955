/* Text as pointer and length.
 *
 * A str does not own its bytes and may hold NUL bytes. Strings that come from an arena
 * (str_copy, str_fmt, buf_done) have a NUL behind them, so `s.p` can go to libpq.
 */
#ifndef MOONSHIFT_BASE_STR_H
#define MOONSHIFT_BASE_STR_H

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *p;
    size_t n;
} str;

#define STR(literal) ((str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((str){NULL, 0})
/* For "%.*s": printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

str str_of(const char *z);            /* NULL gives the empty string */
str str_copy(struct arena *a, str s); /* NUL behind it */
str str_fmt(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
str str_vfmt(struct arena *a, const char *format, va_list args);

bool str_eq(str a, str b);
bool str_is(str a, const char *z);
int str_cmp(str a, str b); /* bytewise, as memcmp */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
str str_cut(str s, size_t from, size_t to);     /* [from, to), clamped */
str str_trim(str s);                            /* ASCII white space, both ends */
size_t str_find(str s, char c);                 /* s.n when absent */
size_t str_rfind(str s, char c);                /* s.n when absent */
size_t str_index(str s, str part);              /* s.n when absent */
bool str_split(str *rest, char at, str *piece); /* false when nothing is left */
bool str_int(str s, long *out);                 /* decimal, whole string, no overflow */

/* The nearest of `n` candidates, for "did you mean": edit distance of at most a third
 * of the length and one, STR_NONE when nothing is near. */
str str_nearest(str word, const str *candidates, size_t n);

/* One of the words "a|b|c". */
bool str_among(str word, const char *words);

/* A growing list of texts. */
struct strs {
    str *at;
    size_t n, room;
};
void strs_add(struct strs *list, str s, struct arena *a);
bool strs_has(const struct strs *list, str s);
/* Sorts `n` texts bytewise. */
void str_sort(str *at, size_t n);

#endif
