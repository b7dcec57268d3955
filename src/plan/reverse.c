/* The dispatch of op_reverse, and what all reversals share. */
#include "plan/reverse.h"

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
        struct op *back = op_reverse(ops->at[i], a, e);
        if (!back)
            return false;
        ops_add(out, back, a);
    }
    return true;
}

struct op *undo_none(struct undo *u, const char *reason)
{
    err_set(u->e, ERR_FAILED, "op.%s has no inverse: %s", u->op->info->shape.name, reason);
    return NULL;
}

struct op *undo_as(struct undo *u, enum op_kind kind)
{
    struct op *back = op_new(u->a, kind);
    const struct shape *s = &back->info->shape;
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        bool about = f->place == PLACE_ARG || f->place == PLACE_ARG_NIL
                     || f->place == PLACE_ARG_MAY || f->key == K_schema || f->key == K_table
                     || f->key == K_concurrently;
        if (about && shape_field(u->op->args->shape, key_word(f->key)))
            back->args->at[i] = *rec_at(u->op->args, f->key);
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
