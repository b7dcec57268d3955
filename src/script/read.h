/* What the two halves of the reader share: where it is, and how scalars are read.
 *
 * Every function raises a Lua error that names the call, the record and the key.
 */
#ifndef MOONSHIFT_SCRIPT_READ_H
#define MOONSHIFT_SCRIPT_READ_H

#include "script/inner.h"

/* Where the reader is: "op.create_table: column 'email': identity: ". */
struct frame {
    const struct frame *up;
    const char *noun;  /* a shape's name or a key */
    lua_Integer index; /* in its list, 0 when it is not in one */
    str label;         /* the record's own name, when it has one already */
};

struct reader {
    lua_State *L;
    struct arena *a;
    const char *what; /* "op.create_table" */
    int depth;
    struct renames *renames;  /* NULL: renamed_from is a key like others */
    const struct shape *call; /* of the arguments */
    const struct shape
        *form; /* of the innermost record whose doc shows how it is written */
};

_Noreturn void read_fail(struct reader *r, const struct frame *f, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for what is written in a wrong form: with a hint that shows the right one. */
_Noreturn void read_fail_form(struct reader *r, const struct frame *f, const char *format,
                              ...) __attribute__((format(printf, 3, 4)));
/* "'word' must be EXPECTED, got ..." */
_Noreturn void read_fail_type(struct reader *r, const struct frame *f, str word,
                              const char *expected, int at);

/* Raises unless the texts in `v`, an array or a document, are such as read_str takes. */
void read_check_texts(struct reader *r, const struct frame *f, str word,
                      const struct val *v);
/* A string without NUL bytes, valid UTF-8, copied. */
str read_str(struct reader *r, const struct frame *f, str word, int at);
struct val read_name(struct reader *r, const struct frame *f, str word, int at);
struct val read_text(struct reader *r, const struct frame *f, str word, int at);
struct val read_sql(struct reader *r, const struct frame *f, str word, int at);
struct val read_value(struct reader *r, const struct frame *f, str word, int at);
struct val read_comment(struct reader *r, const struct frame *f, str word, int at);
struct val read_bool(struct reader *r, const struct frame *f, str word, int at);
struct val read_int(struct reader *r, const struct frame *f, str word, int at);
struct val read_word(struct reader *r, const struct frame *f, str word, const char *words,
                     int at);
struct val read_flag(struct reader *r, const struct frame *f, str word, const char *words,
                     int at);

#endif
