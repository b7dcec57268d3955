/* The dispatch of op_reverse, and what all reversals share. */
#include "plan/reverse.h"

#include "plan/chosen.h"
#include "plan/undo.h"

typedef struct op *reverse_fn(struct undo *u);

static reverse_fn *const reversals[N_OPS] = {
#define SHAPE(...)
#define OP(name, ...) [OP_##name] = reverse_##name,
#include "model/op.def"
#undef SHAPE
#undef OP
};

struct op *op_reverse(const struct op *op, struct arena *a, struct err *e)
{
    struct undo u = {.op = op, .a = a, .e = e};
    if (op->was) { /* known: no need to guess */
        struct op *back = op_copy(a, op->was);
        back->was = op;
        return back;
    }
    struct op *back = reversals[op->info->kind](&u);
    if (!back) {
        if (op->from.file.p)
            err_at(e, op->from.file, op->from.line);
        return NULL;
    }
    back->from = op->from;
    back->was = op;
    return back;
}

bool ops_reverse(const struct ops *ops, struct ops *out, struct arena *a, struct err *e)
{
    for (size_t i = ops->n; i-- > 0;) {
        if (ops->at[i]->info->flags & OP_NEUTRAL && !ops->at[i]->was)
            continue;
        struct op *back = op_reverse(ops->at[i], a, e);
        if (!back)
            return false;
        ops_add(out, back, a);
    }
    return true;
}

struct op *undo_none(struct undo *u, const char *reason)
{
    err_set(u->e, ERR_FAILED, "op.%s has no inverse: %s", u->op->info->shape.name,
            reason);
    return NULL;
}

struct op *undo_as(struct undo *u, enum op_kind kind)
{
    struct op *back = op_new(u->a, kind);
    const struct shape *s = &back->info->shape;
    for (size_t i = 0; i < s->n_fields; i++) {
        enum key k = s->fields[i].key;
        bool one_way =
            k == K_if_exists || k == K_if_not_exists || k == K_cascade || k == K_comment;
        if (!one_way && shape_field(u->op->args->shape, key_word(k)))
            back->args->at[i] = *rec_at(u->op->args, k);
    }
    return back;
}

struct op *undo_swap(struct undo *u, enum key one, enum key other)
{
    struct op *back = op_copy(u->a, u->op);
    rec_set(back->args, one, *rec_at(u->op->args, other));
    rec_set(back->args, other, *rec_at(u->op->args, one));
    return back;
}

struct op *undo_existing(struct undo *u)
{
    struct op *back = op_copy(u->a, u->op);
    const struct val *existing = rec_at(u->op->args, K_existing);
    if (existing->kind != VAL_REC)
        return undo_none(u, "existing is not given");
    struct rec *before = rec_copy(u->a, existing->rec);
    for (size_t i = 0; i < before->shape->n_fields; i++) {
        enum key k = before->shape->fields[i].key;
        if (!shape_field(u->op->args->shape, key_word(k)) || !rec_has(u->op->args, k))
            continue;
        if (!rec_has(before, k))
            return undo_none(u,
                             str_fmt(u->a, "existing.%s is not given", key_word(k).p).p);
        struct val now = *rec_at(u->op->args, k), then = *rec_at(before, k);
        str lost = map_lost(&now, &then);
        if (lost.p)
            return undo_none(u, str_fmt(u->a, "existing.%s.%.*s is not given",
                                        key_word(k).p, STR_ARG(lost))
                                    .p);
        rec_set(back->args, k,
                now.kind == VAL_MAP && then.kind == VAL_MAP
                    ? map_before(&now, &then, u->a)
                    : then);
        rec_set(before, k, now);
    }
    rec_set(back->args, K_existing, val_rec(before));
    return back;
}

struct op *undo_named(struct undo *u, enum op_kind drop)
{
    struct op *back = undo_as(u, drop);
    if (rec_has(u->op->args, K_name))
        return back;
    str name = chosen_name(u->op, u->a);
    if (!name.p)
        return undo_none(u, "it has no name");
    rec_set(back->args, K_name, val_str(name));
    rec_set(back->args, K_chosen, val_bool(true));
    return back;
}

struct op *undo_replace(struct undo *u, enum key content, enum op_kind drop)
{
    const struct rec *r = u->op->args;
    if (!rec_bool(r, K_or_replace))
        return undo_as(u, drop);
    if (!rec_has(r, K_existing))
        return undo_none(u, "it may replace an older one, and existing is not given");
    return undo_swap(u, content, K_existing);
}

struct op *undo_created(struct undo *u, enum op_kind drop)
{
    if (rec_bool(u->op->args, K_or_replace))
        return undo_none(u, "it may replace an older one");
    return undo_as(u, drop);
}

str map_lost(const struct val *now, const struct val *before)
{
    for (size_t i = 0; now->kind == VAL_MAP && i < now->map.n; i++)
        if (now->map.at[i].val.kind == VAL_NULL &&
            val_get(before, now->map.at[i].key)->kind == VAL_NONE)
            return now->map.at[i].key;
    return STR_NONE;
}

struct val map_before(const struct val *now, const struct val *before, struct arena *a)
{
    size_t n = 0;
    struct val back = val_map(a, now->map.n + before->map.n);
    for (size_t i = 0; i < before->map.n; i++)
        back.map.at[n++] = before->map.at[i];
    for (size_t i = 0; i < now->map.n; i++)
        if (val_get(before, now->map.at[i].key)->kind == VAL_NONE)
            back.map.at[n++] = (struct pair){now->map.at[i].key, val_null()};
    back.map.n = n;
    map_sort(&back.map);
    return back;
}
