/* Operations as values.
 *
 * An op is one row of op.def plus a record of its arguments. Records are read, compared,
 * copied, rendered and documented by their shape (a table of fields), so that only what
 * is particular to an op is written by hand: its SQL (plan/compile), its inverse
 * (plan/reverse) and its hazards (plan/lint).
 *
 * This module is plain data. It does not know SQL, Lua or the server.
 */
#ifndef MOONSHIFT_MODEL_OP_H
#define MOONSHIFT_MODEL_OP_H

#include "model/val.h"

/* Every word that names a field of any shape: K_name, K_table, ... (key.def) */
enum key {
#define KEY(word) K_##word,
#include "model/key.def"
#undef KEY
    N_KEYS
};
str key_word(enum key k);

/* What a field takes, and the one form it is kept in, so that equal meaning is an equal
 * value: a name, text or SQL is VAL_STR, each list is VAL_LIST, however it was written.
 * Only values (F_VALUE) and index keys tell sql "..." from a string. */
enum field_type {
    F_NAME,    /* an identifier, quoted when compiled */
    F_NAMES,   /* identifiers: "a" or { "a", "b" } */
    F_TEXT,    /* plain text, a quoted literal when compiled */
    F_TEXTS,   /* list of texts, or one */
    F_SQL,     /* SQL by its nature: type, condition, query; a string or sql "..." */
    F_SQLS,    /* list of SQL texts: "a" or { "a", "b" } */
    F_VALUE,   /* boolean, number, text literal, sql "...", op.NULL */
    F_VALUES,  /* list of values; a list is an array, a map is JSON */
    F_COMMENT, /* text, or op.NULL to remove it */
    F_BOOL,
    F_INT,
    F_WORD,  /* one of the words in `words`, "a|b c|d" */
    F_WORDS, /* a list of such words, or one */
    F_FLAG,  /* boolean, or one of the words */
    F_MAP,   /* { key = scalar }, or { { "key", scalar }, ... } to keep an order */
    F_ROWS,  /* list of maps, whose values may be lists (arrays) and maps (JSON) */
    F_REC,  /* a record of `shape`; `true` is an empty one, any other scalar and a list of
                 scalars fill its first field: identity = "always", primary_key = { "a" } */
    F_RECS, /* list of records of `shape`. An item that is a scalar fills the first field:
                 checks = { "a > 0" }, inherits = "t". Where the first field is the array
                 part (ITEMS), a table that starts with a scalar is one record:
                 unique = { "a", "b" } is { { "a", "b" } } */
    F_KEYS, /* index keys, kept as records of `shape`: a record, or "col" or sql "expr",
                 which fill the first field (VAL_STR or VAL_SQL); one or a list */
    F_REF,  /* record of `shape`, or a string "table.column" (a column's references) */
    F_ANY,  /* any value, taken as it is */
    F_FUNC, /* a Lua function: stays in the script layer, never in a record */
};

/* Where a field stands in the call. */
enum field_place {
    PLACE_ARG,      /* positional, required */
    PLACE_ARG_NIL,  /* positional, required but may be nil */
    PLACE_ARG_MAY,  /* positional, may be left out */
    PLACE_ITEMS,    /* the array part of the last table */
    PLACE_REST,     /* all further arguments */
    PLACE_OPT,      /* a key of the last table */
    PLACE_OPT_MUST, /* a key of the last table, required */
    PLACE_OPT_NULL, /* a key of the last table; op.NULL (VAL_NULL) removes what is there */
};

struct field {
    enum key key;
    enum field_type type;
    enum field_place place;
    const struct shape *shape; /* F_REC, F_RECS, F_KEYS, F_REF */
    const char *words;         /* F_WORD, F_WORDS, F_FLAG */
    const char *doc;
};

struct shape {
    const char *name;
    const char *doc;
    const struct field *fields;
    size_t n_fields;
};

/* The lock a statement takes on the table it changes (manual, 13.3.1). */
enum lock_mode {
    LOCK_NONE,
    LOCK_ACCESS_SHARE,
    LOCK_ROW_SHARE,
    LOCK_ROW_EXCLUSIVE,
    LOCK_SHARE_UPDATE_EXCLUSIVE,
    LOCK_SHARE,
    LOCK_SHARE_ROW_EXCLUSIVE,
    LOCK_EXCLUSIVE,
    LOCK_ACCESS_EXCLUSIVE,
};
const char *lock_name(enum lock_mode mode);

enum op_flags {
    OP_DESTROYS = 1,      /* data can be lost */
    OP_RAW = 2,           /* carries SQL text of the user's as a whole statement */
    OP_DATA = 4,          /* moves rows, not schema */
    OP_NO_TX = 8,         /* never inside a transaction */
    OP_CONCURRENTLY = 16, /* not inside a transaction with concurrently = true */
    OP_NEUTRAL = 32, /* leaves nothing that could be undone: going back passes it over */
};

enum op_kind {
#define OP(name, ...) OP_##name,
#define SHAPE(...)
#include "model/op.def"
#undef OP
#undef SHAPE
    N_OPS
};

struct op_info {
    enum op_kind kind;
    struct shape shape; /* shape.name is the op's name */
    enum lock_mode lock;
    unsigned flags;
};

/* Shapes of nested records: shape_column, shape_foreign_key, ... */
#define OP(...)
#define SHAPE(name, ...) extern const struct shape shape_##name;
#include "model/op.def"
#undef OP
#undef SHAPE

struct rec {
    const struct shape *shape;
    struct val *at; /* shape->n_fields values */
};

/* The place in a migration that asked for something. */
struct origin {
    str file; /* relative to the project, STR_NONE when unknown */
    int line;
    str script; /* of op.execute_file: the file that the SQL is in, else STR_NONE */
};

struct op {
    const struct op_info *info;
    struct rec *args;
    struct origin from;
    const struct op *was; /* what a reversal undoes; NULL when not known */
};

const struct op_info *op_info(enum op_kind kind);
const struct op_info *op_named(str name); /* NULL when there is none */
/* What models call it: "table" for create_table, "grant" for grant; NULL when it is no word
 * of a model. "function" is a word of Lua's, which models write as model.func. */
const char *op_model_word(const struct op_info *info);

struct rec *rec_new(struct arena *a, const struct shape *shape);
/* The value of a field: absent (VAL_NONE) when not given. The key must be in the shape. */
const struct val *rec_at(const struct rec *r, enum key k);
bool rec_has(const struct rec *r, enum key k); /* given, op.NULL included */
str rec_str(const struct rec *r, enum key k); /* VAL_STR or VAL_SQL; STR_NONE if absent */
bool rec_bool(const struct rec *r, enum key k); /* false when absent */
int64_t rec_int(const struct rec *r, enum key k, int64_t otherwise);
struct list rec_list(const struct rec *r, enum key k); /* empty when absent */
void rec_set(struct rec *r, enum key k, struct val v);
/* Sets a list to what it was and one more. */
void rec_add(struct rec *r, enum key k, struct val v, struct arena *a);
const struct field *shape_field(const struct shape *s, str word); /* NULL: no such key */
bool rec_eq(const struct rec *a, const struct rec *b);
struct rec *rec_copy(struct arena *a, const struct rec *r);
/* Sets every field that both shapes have; values are shared, not copied. */
void rec_carry(struct rec *to, const struct rec *from);

struct op *op_new(struct arena *a, enum op_kind kind);
bool op_eq(const struct op *a, const struct op *b); /* kind and arguments */
/* A copy that owns its text; `was` is shared. */
struct op *op_copy(struct arena *a, const struct op *op);

/* A growing list of ops. */
struct ops {
    struct op **at;
    size_t n, room;
};
void ops_add(struct ops *list, struct op *op, struct arena *a);

#endif
