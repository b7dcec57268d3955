/* Writes JSON into a buf: indented, keys in the order they are put.
 *
 * The writer knows where commas and line ends go; callers only open, put and close.
 * Text that is not UTF-8 is made so (U+FFFD), because a reader would refuse it.
 */
#ifndef MOONSHIFT_BASE_JSON_H
#define MOONSHIFT_BASE_JSON_H

#include "base/buf.h"

#include <stdint.h>

enum { JSON_DEEPEST = 32 };

struct json {
    struct buf *out;
    int depth;
    bool compact;            /* all on one line; set it before anything is put */
    bool key;                /* a key stands, its value is awaited */
    bool full[JSON_DEEPEST]; /* something stands at this depth */
    char open[JSON_DEEPEST];
};

struct json json_to(struct buf *b);
void json_open(struct json *j, char bracket); /* '{' or '[' */
void json_close(struct json *j); /* with the right bracket; a newline at the end */
void json_key(struct json *j, const char *key);
void json_str(struct json *j, str s); /* STR_NONE is null */
void json_int(struct json *j, int64_t i);
void json_num(struct json *j, double num);
void json_bool(struct json *j, bool b);
void json_null(struct json *j);

/* A string alone, in its quotes: for text that is put together by hand. */
void json_quote(struct buf *b, str s);

/* key and value at once */
void json_put_str(struct json *j, const char *key, str s);
void json_put_int(struct json *j, const char *key, int64_t i);
void json_put_bool(struct json *j, const char *key, bool b);
/* A list of strings under a key. */
void json_put_strs(struct json *j, const char *key, const str *at, size_t n);

#endif
