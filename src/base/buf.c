#include "base/buf.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buf buf_in(struct arena *a)
{
    return (struct buf){.arena = a};
}

static void reserve(struct buf *b, size_t more)
{
    if (b->room - b->n > more)
        return;
    size_t room = b->room ? b->room * 2 : 128;
    if (room < b->n + more + 1)
        room = b->n + more + 1;
    b->p = arena_grow(b->arena, b->p, b->n, room, 1);
    b->room = room;
}

void buf_char(struct buf *b, char c)
{
    reserve(b, 1);
    b->p[b->n++] = c;
}

void buf_str(struct buf *b, str s)
{
    if (s.n == 0)
        return;
    reserve(b, s.n);
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

void buf_put(struct buf *b, const char *z)
{
    buf_str(b, str_of(z));
}

void buf_fmt(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t left = b->room - b->n;
    int n = vsnprintf(left ? b->p + b->n : NULL, left, format, args);
    if (n > 0) {
        if ((size_t)n >= left) {
            reserve(b, (size_t)n);
            vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
        }
        b->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void buf_num(struct buf *b, double num)
{
    char text[32];
    if (isnan(num) || isinf(num)) {
        buf_put(b, isnan(num) ? "NaN" : num > 0 ? "Infinity" : "-Infinity");
        return;
    }
    for (int digits = DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, num);
        if (strtod(text, NULL) == num)
            break;
    }
    buf_put(b, text);
}

void buf_repeat(struct buf *b, char c, size_t times)
{
    reserve(b, times);
    memset(b->p + b->n, c, times);
    b->n += times;
}

void buf_sep(struct buf *b, bool *first, const char *separator)
{
    if (!*first)
        buf_put(b, separator);
    *first = false;
}

void buf_list(struct buf *b, const struct strs *list)
{
    bool first = true;
    for (size_t i = 0; i < list->n; i++) {
        buf_sep(b, &first, ", ");
        buf_str(b, list->at[i]);
    }
}

str buf_done(struct buf *b)
{
    reserve(b, 1);
    b->p[b->n] = '\0';
    return (str){b->p, b->n};
}
