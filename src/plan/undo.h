/* What reverse_NAME is made of. Private to plan/reverse*.c. */
#ifndef MOONSHIFT_PLAN_UNDO_H
#define MOONSHIFT_PLAN_UNDO_H

#include "plan/reverse.h"

struct undo {
    const struct op *op;
    struct arena *a;
    struct err *e;
};

/* Every reverse_NAME, one per row of op.def. */
#define SHAPE(...)
#define OP(name, ...) struct op *reverse_##name(struct undo *u);
#include "model/op.def"
#undef SHAPE
#undef OP

/* Fails: "op.NAME has no inverse: REASON". */
struct op *undo_none(struct undo *u, const char *reason);
/* An op of another kind about the same object: its positional arguments, schema, table
 * and `concurrently` are taken over. */
struct op *undo_as(struct undo *u, enum op_kind kind);
/* The same op with two fields exchanged. */
struct op *undo_swap(struct undo *u, enum key one, enum key other);

#define UNDO_AS(name, inverse)                                                           \
    struct op *reverse_##name(struct undo *u)                                            \
    {                                                                                    \
        return undo_as(u, OP_##inverse);                                                 \
    }
#define UNDO_SWAP(name, one, other)                                                      \
    struct op *reverse_##name(struct undo *u)                                            \
    {                                                                                    \
        return undo_swap(u, K_##one, K_##other);                                         \
    }
#define UNDO_NONE(name, reason)                                                          \
    struct op *reverse_##name(struct undo *u)                                            \
    {                                                                                    \
        return undo_none(u, reason);                                                     \
    }

#endif
