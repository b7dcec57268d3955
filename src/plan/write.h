/* The pen of the compiler: writes one statement after another from an op's record.
 *
 * A form is SQL text with places:
 *
 *   {key}          the field, written by its type: a name is quoted, a text a literal,
 *                  SQL as it is, words in capitals, lists with commas, a map as k = v
 *   {schema.key}   a qualified name; the schema may be absent
 *   {key*}         a map as OPTIONS has it: k 'v'
 *   [key:text]     text, when the field is given (a boolean: true); may hold places
 *   [!key:text]    text, when it is not
 *
 * A pen that failed (a name of 64 bytes, text that is not UTF-8) has filled *e and
 * ignores what follows, so that only the end of a statement is checked. The form of an op
 * and its shape are both ours: a wrong key in a form is an assertion, not an error.
 */
#ifndef MOONSHIFT_PLAN_WRITE_H
#define MOONSHIFT_PLAN_WRITE_H

#include "plan/compile.h"

struct pen {
    const struct op *op;
    const struct compile_context *c;
    struct stmt_list *out;
    struct arena *a;
    struct err *e;
    struct buf b; /* the statement being written */
    bool ok;
};

struct pen pen_for(const struct op *op, const struct compile_context *c,
                   struct stmt_list *out, struct arena *a, struct err *e);

void put(struct pen *p, const char *text);
void put_form(struct pen *p, const struct rec *r, const char *form);
void put_ident(struct pen *p, str name);
void put_word(struct pen *p, str word); /* in capitals */
void put_name(struct pen *p, str schema, str name);
void put_literal(struct pen *p, str text);
/* SQL of the user's inside a statement of ours: white space and semicolons at the end are
 * dropped, a comment that would swallow what follows is ended, empty is an error. */
void put_sql(struct pen *p, str sql, const char *what);
/* A value as an expression. A list is an array literal, a map is JSON text. */
void put_value(struct pen *p, const struct val *v);
void put_option(struct pen *p, const struct pair *option); /* k 'v', as in OPTIONS */
/* Fails with a message: `return pen_fail(p, …)` or go on, the statement is not added. */
bool pen_fail(struct pen *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends the statement and adds it. False when the pen has failed. */
bool pen_end(struct pen *p, unsigned flags);
/* The same for a check by the server: 22012 (division by zero) means `guard`. */
bool pen_end_guard(struct pen *p, str guard);
/* A whole statement of one form. */
bool pen_stmt(struct pen *p, const struct rec *r, const char *form);
/* COMMENT ON <target form> IS …, when the record has a comment. */
bool pen_comment(struct pen *p, const struct rec *r, const char *target);

/* Text form of a value, as a parameter or an array element has it; false for SQL NULL. */
bool val_text(const struct val *v, str *text, struct arena *a);

/* Every compile_NAME, one per row of op.def. */
#define SHAPE(...)
#define OP(name, ...) bool compile_##name(struct pen *p, const struct rec *r);
#include "model/op.def"
#undef SHAPE
#undef OP

/* An op that is one statement. */
#define FORM(name, text)                                                                 \
    bool compile_##name(struct pen *p, const struct rec *r)                              \
    {                                                                                    \
        return pen_stmt(p, r, text);                                                     \
    }

/* `DO` that drops what PostgreSQL named {name}, or {name} and a number if that was taken:
 * the newest of those that belong to `owner`, by `drop` NAME `ending`. */
struct chosen_drop {
    const char *among;                 /* SELECT name, oid FROM … WHERE its owner, */
    const char *drop, *ending, *owner; /* forms */
    const char *type;                  /* regclass or regtype */
};
bool pen_drop_chosen(struct pen *p, const struct rec *r, const struct chosen_drop *d);

/* PostgreSQL's choice of a name, as makeObjectName makes it: TABLE_COLUMNS_LABEL, the
 * longer part cut to fit 63 bytes. */
str default_name(str table, str columns, const char *label, struct arena *a);

/* Parts of statements that several files need. */
typedef void put_constraint_fn(struct pen *p, const struct rec *r);
put_constraint_fn put_constraint_primary_key, put_constraint_unique, put_constraint_check,
    put_constraint_foreign_key, put_constraint_exclude;
bool constraint_comment(struct pen *p, const struct rec *r, str schema, str table);
enum column_style {
    COLUMN_PLAIN,
    COLUMN_EXISTING, /* of a partition or a typed table: its type is known */
    COLUMN_FOREIGN,  /* of a foreign table: its options stand with it */
};
/* `inline_key` writes PRIMARY KEY behind it. */
void put_column(struct pen *p, const struct rec *column, enum column_style style,
                bool inline_key);
/* What a column asks for that is a statement of its own. */
bool compile_column_rest(struct pen *p, str schema, str table, const struct rec *column);
void put_identity(struct pen *p, const struct rec *identity);
void put_collation(struct pen *p, str collation);
void put_keys(struct pen *p, struct list keys);
bool compile_nested_index(struct pen *p, str schema, str table, const struct rec *index);

/* parts.c */
void put_names(struct pen *p, str schema, struct list names); /* each with the schema */
void put_relations(struct pen *p, struct list relations);     /* of shape relation */
void put_role(struct pen *p, str role); /* PUBLIC, CURRENT_USER … are no names */
void put_roles(struct pen *p, struct list roles);
/* "a integer, b text default 'x'" without its defaults: DROP FUNCTION and the like do not
 * take them. */
str routine_signature(str arguments, struct arena *a);
/* The same, written in parentheses. */
void put_signature(struct pen *p, str arguments);
void put_operator(struct pen *p, str sign);
void put_key(struct pen *p, str key); /* a.b of settings and storage parameters */
/* Fails when the server is known to be older than `version` (as PQserverVersion) and the
 * record asks for `k`. */
void needs_version(struct pen *p, const struct rec *r, enum key k, int version);
/* HEAD SET (a = 1, …) and HEAD RESET (b, …) for what is NULL. */
bool pen_set(struct pen *p, str head, const struct map *m);
/* OPTIONS (SET …, ADD …, DROP …) from the keys `options` and `existing`. */
void put_option_changes(struct pen *p, const struct rec *r);
/* SET a TO 1 RESET b, as functions have it. */
void put_settings(struct pen *p, const struct map *m);
/* Whether the op is to pass over what is there: its table, and so the indexes of it. */
bool asks_if_not_exists(const struct pen *p);
/* COMMENT ON COLUMN from the key `column_comments`. */
bool column_comments(struct pen *p, const struct rec *r);

#endif
