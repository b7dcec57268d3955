/* The op that undoes an op.
 *
 * reverse(reverse(op)) == op, or there is a stated reason: op_reverse then fails with a
 * message that names the operation ("op.drop_table has no inverse: its columns are not
 * known").
 */
#ifndef MOONSHIFT_PLAN_REVERSE_H
#define MOONSHIFT_PLAN_REVERSE_H

#include "model/op.h"
#include "base/err.h"

/* A new op in the arena; its `was` points to `op`. NULL with e filled when there is none. */
struct op *op_reverse(const struct op *op, struct arena *a, struct err *e);

/* The ops of a whole body, undone in the opposite order. What leaves nothing to undo
 * (OP_NEUTRAL: reindex, validate_constraint, …) is passed over. */
bool ops_reverse(const struct ops *ops, struct ops *out, struct arena *a, struct err *e);

/* What drops a member that CREATE or ALTER OPERATOR FAMILY added: "operator 1 (int4, int8)"
 * for "operator 1 <(int4, int8)"; STR_NONE when it does not say its types. */
str family_member(str item, struct arena *a);

#endif
