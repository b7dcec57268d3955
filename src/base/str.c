#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

str str_of(const char *z)
{
    return (str){z, z ? strlen(z) : 0};
}

str str_copy(struct arena *a, str s)
{
    return (str){arena_copy(a, s.p, s.n), s.n};
}

str str_vfmt(struct arena *a, const char *format, va_list args)
{
    char here[256]; /* most texts are short: formatted once, then copied */
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(here, sizeof here, format, args);
    char *text = arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
    if (n >= (int)sizeof here)
        vsnprintf(text, (size_t)n + 1, format, again);
    else if (n >= 0)
        memcpy(text, here, (size_t)n + 1);
    va_end(again);
    return (str){text, n < 0 ? 0 : (size_t)n};
}

str str_fmt(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str s = str_vfmt(a, format, args);
    va_end(args);
    return s;
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(str a, const char *z)
{
    return str_eq(a, str_of(z));
}

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq(str_cut(s, 0, prefix.n), prefix);
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n && str_eq(str_cut(s, s.n - suffix.n, s.n), suffix);
}

str str_cut(str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return (str){s.p ? s.p + from : NULL, to - from};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
    while (s.n && is_space(s.p[0]))
        s = str_cut(s, 1, s.n);
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

size_t str_find(str s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

size_t str_rfind(str s, char c)
{
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == c)
            return i - 1;
    return s.n;
}

size_t str_index(str s, str part)
{
    if (part.n == 0)
        return 0;
    const char *at = s.n ? memmem(s.p, s.n, part.p, part.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

bool str_split(str *rest, char at, str *piece)
{
    if (!rest->p)
        return false;
    size_t i = str_find(*rest, at);
    *piece = str_cut(*rest, 0, i);
    *rest = i < rest->n ? str_cut(*rest, i + 1, rest->n) : STR_NONE;
    return true;
}

bool str_int(str s, long *out)
{
    char text[24];
    if (s.n == 0 || s.n >= sizeof text || is_space(s.p[0]))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end != text + s.n)
        return false;
    *out = value;
    return true;
}

#define LONGEST_WORD 63

/* Levenshtein distance of two words of at most LONGEST_WORD bytes. */
static size_t distance(str a, str b)
{
    size_t row[LONGEST_WORD + 1];
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t cost = diagonal + (a.p[i - 1] != b.p[j - 1]);
            size_t edit = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = cost < edit ? cost : edit;
        }
    }
    return row[b.n];
}

str str_nearest(str word, const str *candidates, size_t n)
{
    str best = STR_NONE, begun = STR_NONE;
    size_t nearest = word.n / 3 + 1;
    if (word.n > LONGEST_WORD)
        return best;
    for (size_t i = 0; i < n; i++) {
        if (candidates[i].n > LONGEST_WORD)
            continue;
        if (!begun.p && word.n > 1 && str_starts(candidates[i], word))
            begun = candidates[i];
        size_t d = distance(word, candidates[i]);
        if (d < nearest || (d == nearest && !best.p)) {
            nearest = d;
            best = candidates[i];
        }
    }
    bool is_ending = best.p && str_starts(word, best); /* "tables" is "table" */
    return begun.p && !is_ending ? begun : best;
}

bool str_among(str word, const char *words)
{
    str rest = str_of(words), one;
    while (str_split(&rest, '|', &one))
        if (str_eq(word, one))
            return true;
    return false;
}

void strs_add(struct strs *list, str s, struct arena *a)
{
    *PUSH(a, list->at, list->n, list->room) = s;
}

bool strs_has(const struct strs *list, str s)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i], s))
            return true;
    return false;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

void str_sort(str *at, size_t n)
{
    if (n > 1)
        qsort(at, n, sizeof *at, by_text);
}
