/* Values: what an operation, a configuration file or a template is made of.
 *
 * A val is a Lua value brought to C (or one on its way to Lua) with the distinctions
 * that SQL needs: absent is not NULL, a literal is not raw SQL, an integer is not a
 * float. It knows nothing of operations, of Lua's API or of how SQL is written.
 *
 * All pointers live in the arena the value was made in; values are not changed after
 * they were built.
 */
#ifndef MOONSHIFT_MODEL_VAL_H
#define MOONSHIFT_MODEL_VAL_H

#include "base/str.h"

#include <stdint.h>

enum val_kind {
    VAL_NONE, /* not given: Lua's nil */
    VAL_NULL, /* op.NULL and db.NULL: SQL NULL, or "remove it" */
    VAL_BOOL,
    VAL_INT,
    VAL_NUM,
    VAL_STR,  /* a literal, or an identifier: the field says which */
    VAL_SQL,  /* sql "...": raw SQL */
    VAL_LIST, /* { a, b, c } */
    VAL_MAP,  /* { key = value }, keys distinct */
    VAL_REC,  /* a table read by a shape (model/op.h) */
};

struct val;
struct rec;

struct list {
    struct val *at;
    size_t n;
};

struct pair;
struct map {
    struct pair *at;
    size_t n;
};

struct val {
    enum val_kind kind;
    union {
        bool b;
        int64_t i;
        double num;
        str s; /* VAL_STR, VAL_SQL */
        struct list list;
        struct map map;
        struct rec *rec;
    };
};

struct pair {
    str key;
    struct val val;
};

struct val val_null(void);
struct val val_bool(bool b);
struct val val_int(int64_t i);
struct val val_num(double num);
struct val val_str(str s);
struct val val_sql(str s);
struct val val_list(struct arena *a, size_t n); /* n absent items, to be filled */
struct val val_map(struct arena *a, size_t n);
struct val val_rec(struct rec *rec);
/* A list of literal strings. */
struct val val_strs(struct arena *a, const str *at, size_t n);

/* The value under `key` of a map; an absent value when there is none or v is no map. */
const struct val *val_get(const struct val *v, str key);
/* One of the texts of a list. */
bool list_has(struct list list, str text);
bool val_eq(const struct val *a, const struct val *b);
/* A deep copy, strings included. */
struct val val_copy(struct arena *a, const struct val *v);
/* A map keeps the order that it was given, since PostgreSQL keeps that of options;
 * equality does not look at it. What comes from a Lua table has none and is sorted. */
void map_sort(struct map *m);
bool map_is_sorted(const struct map *m);

#endif
