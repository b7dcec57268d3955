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
/* An op of another kind about the same object: takes over every field that both have, but
 * not if_exists, if_not_exists, cascade and comment, which belong to one direction. */
struct op *undo_as(struct undo *u, enum op_kind kind);
/* The same op with two fields exchanged. */
struct op *undo_swap(struct undo *u, enum key one, enum key other);
/* The same op with what was there before: each given field that the record `existing`
 * knows is exchanged with it; fails when `existing` does not say. */
struct op *undo_existing(struct undo *u);
/* What brings a map of options back: n_distinct = 5 over nothing by n_distinct = NULL. */
struct val map_before(const struct val *now, const struct val *before, struct arena *a);
/* The first option that is taken away while nobody said what it was; STR_NONE: no such. */
str map_lost(const struct val *now, const struct val *before);
/* The inverse of an index or a constraint by its name, or by the one PostgreSQL chose. */
struct op *undo_named(struct undo *u, enum op_kind drop);
/* The inverse of a CREATE that drops, unless it may have replaced an older one. */
struct op *undo_created(struct undo *u, enum op_kind drop);
/* The inverse of a CREATE OR REPLACE: the older `content` comes back from `existing`. */
struct op *undo_replace(struct undo *u, enum key content, enum op_kind drop);

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
#define UNDO_EXISTING(name)                                                              \
    struct op *reverse_##name(struct undo *u)                                            \
    {                                                                                    \
        return undo_existing(u);                                                         \
    }
#define UNDO_NONE(name, reason)                                                          \
    struct op *reverse_##name(struct undo *u)                                            \
    {                                                                                    \
        return undo_none(u, reason);                                                     \
    }
/* An op that leaves no change behind: see OP_NEUTRAL. */
#define UNDO_NEUTRAL(name) UNDO_NONE(name, "it leaves nothing to undo")

/* The three ops of a kind that is created, dropped and renamed. */
#define UNDO_CREATE_DROP(kind)                                                           \
    UNDO_AS(create_##kind, drop_##kind)                                                  \
    UNDO_NONE(drop_##kind, "its definition is not known")
#define UNDO_KIND(kind)                                                                  \
    UNDO_CREATE_DROP(kind)                                                               \
    UNDO_SWAP(rename_##kind, name, new_name)
/* The same for kinds that CREATE OR REPLACE knows. */
#define UNDO_REPLACED_DROP(kind)                                                         \
    struct op *reverse_create_##kind(struct undo *u)                                     \
    {                                                                                    \
        return undo_created(u, OP_drop_##kind);                                          \
    }                                                                                    \
    UNDO_NONE(drop_##kind, "its definition is not known")
#define UNDO_REPLACED_KIND(kind)                                                         \
    UNDO_REPLACED_DROP(kind)                                                             \
    UNDO_SWAP(rename_##kind, name, new_name)

#endif
