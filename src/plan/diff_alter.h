/* Altering in place: what its files share. Private to plan/diff_alter*.c. */
#ifndef MOONSHIFT_PLAN_DIFF_ALTER_H
#define MOONSHIFT_PLAN_DIFF_ALTER_H

#include "plan/diff_parts.h"

/* Do two records differ in this field? */
bool differs(const struct rec *a, const struct rec *b, enum key k);
/* Do two records differ in nothing but these fields? `keys` ends with N_KEYS. */
bool differ_only_in(const struct rec *a, const struct rec *b, const enum key *keys);
/* Can a table become another one in place? */
bool alters_table(const struct differ *d, const struct rec *old, const struct rec *new);
/* The value, or what stands for an absent one. */
struct val or_else(const struct val *v, struct val usual);
/* The value, or op.NULL for an absent one: "there was none". */
struct val or_null(const struct val *v);
/* An option of a sequence of this type, also when it is the default and not written. */
int64_t sequence_value(const struct rec *r, enum key k, str type);
/* A new op at the end of `ops`. */
struct op *new_op(struct differ *d, struct ops *ops, enum op_kind kind);
void add_hazard(struct differ *d, const struct op *op, const char *kind, str text);

/* alter_column of a column, with nothing to change yet. */
struct rec *alter_column(struct differ *d, const struct object *to, struct ops *ops);
/* A new op of this kind that names the object: its name under `name`, and its schema. */
struct rec *for_object(struct differ *d, const struct object *to, struct ops *ops,
                       enum op_kind kind, enum key name);
/* New values of a map, op.NULL for the keys that go. */
struct val map_change(struct differ *d, const struct val *old, const struct val *new);
/* alter_X with `with`, where `existing` holds what was there. */
void change_with(struct differ *d, struct rec *r, const struct rec *old,
                 const struct rec *new, const struct shape *existing_shape);
/* alter_object for views and for what is seldom met. */
bool alter_more(struct differ *d, const struct object *from, const struct object *to,
                struct ops *ops);
/* Types between which PostgreSQL converts by itself when it stores (assignment casts). */
bool converts_by_itself(str from, str to);
/* ADD and DROP ATTRIBUTE of composite types; false when their order does not allow it. */
bool add_and_drop_attributes(struct differ *d, const struct object *from,
                             const struct object *to, struct ops *ops);
bool alter_columns(struct differ *d, const struct object *from, const struct object *to,
                   struct ops *ops, bool *upsets);

#endif
