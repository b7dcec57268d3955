/* The one writer of text: SQL, Lua source, JSON and messages are all put together here.
 *
 * A buf grows inside an arena; what it held before growing stays there until the arena
 * ends. It knows bytes only: quoting of SQL is plan/quote, of JSON base/json.
 */
#ifndef MOONSHIFT_BASE_BUF_H
#define MOONSHIFT_BASE_BUF_H

#include "base/str.h"

struct buf {
    struct arena *arena;
    char *p;
    size_t n, room;
};

struct buf buf_in(struct arena *a);
void buf_char(struct buf *b, char c);
void buf_str(struct buf *b, str s);
void buf_put(struct buf *b, const char *z);
void buf_fmt(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A number in the fewest digits that read back as the same one; NaN, Infinity and -Infinity
 * as PostgreSQL spells them. */
void buf_num(struct buf *b, double num);
void buf_repeat(struct buf *b, char c, size_t times);
/* Puts `separator` unless this is the first of a list; `*first` is then false. */
void buf_sep(struct buf *b, bool *first, const char *separator);

/* "a, b, c". */
void buf_list(struct buf *b, const struct strs *list);

/* What has been written so far, with a NUL behind it. Further writing may move the text:
 * the str stays readable as long as the arena lives, but does not grow. */
str buf_done(struct buf *b);

#endif
