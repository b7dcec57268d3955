/* What partitions and children have from their parents. Private to plan/diff*.c and
 * plan/order.c. */
#ifndef MOONSHIFT_PLAN_DIFF_FOLLOW_H
#define MOONSHIFT_PLAN_DIFF_FOLLOW_H

#include "plan/diff_parts.h"

bool is_table_object(const struct side *s, size_t i);
bool is_column_object(const struct object *o);
/* The record of such an object. */
const struct rec *column_of(const struct object *o);
/* Has it an index behind it? */
bool is_index_like(const struct object *o);

/* The parents of a table; NOWHERE for one that is not in the catalog. */
size_t n_parents(const struct side *s, size_t table);
size_t parent_at(const struct side *s, size_t table, size_t i);

/* The table that a foreign key names; NOWHERE for one that is not in the catalog. */
size_t referent_of(const struct side *s, size_t key);

/* Decides which tables leave and join parents, before anything is judged. */
void place_tables(struct differ *d);
/* Did this child leave this parent first? Both in `from`. */
bool is_cut(const struct differ *d, size_t child, size_t parent);
/* PostgreSQL 14 drops the foreign keys to partitioned tables of a partition that is
 * detached, where 15 makes them its own: what stays of them is made anew. */
void lose_detached_keys(struct differ *d);
/* Adds the op by which a table leaves its i-th parent. */
void leave_op(struct differ *d, struct ops *ops, const struct rec *table, size_t i);
/* The name that PostgreSQL chooses for what follows `leader` (in `to`) in a table. */
str follower_name(struct differ *d, size_t leader, str table);

/* Columns that go from a parent and stay with its children, and the other way round. */
void keep_columns(struct differ *d);
/* Checks that are not valid in a child, and were. */
void follow_checks(struct differ *d);
/* Followers whose leader goes or comes while they are there by themselves. */
void follow_indexes(struct differ *d);
/* Makes twins of an index or constraint of `from` and one of `to` that differ by name. */
void rename_in_place(struct differ *d, size_t from, size_t to);
/* What followers have that their leaders do not give them. */
void follow_properties(struct differ *d);

#endif
