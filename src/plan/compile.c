/* The dispatch: one row of op.def, one function. */
#include "plan/compile.h"

#include "plan/write.h"

typedef bool compile_fn(struct pen *p, const struct rec *r);

static compile_fn *const compilers[N_OPS] = {
#define SHAPE(...)
#define OP(name, ...) [OP_##name] = compile_##name,
#include "model/op.def"
#undef SHAPE
#undef OP
};

bool op_compile(const struct op *op, const struct compile_context *c,
                struct stmt_list *out, struct arena *a, struct err *e)
{
    struct pen p = pen_for(op, c, out, a, e);
    size_t n = out->n;
    /* Alembic's alter_column says nothing where nothing is given. */
    bool must = str_starts(str_of(op->info->shape.name), STR("alter_")) &&
                op->info->kind != OP_alter_column;
    if (compilers[op->info->kind](&p, op->args) &&
        (out->n > n || !must || pen_fail(&p, "nothing to change")))
        return true;
    out->n = n;
    return op->from.file.p ? err_at(e, op->from.file, op->from.line) : false;
}

static bool is_relation(str kind)
{
    return str_ends(kind, STR("table")) || str_ends(kind, STR("view")) ||
           str_is(kind, "sequence");
}

enum lock_mode op_lock(const struct op *op)
{
    const struct rec *r = op->args;
    switch (op->info->kind) {
    case OP_create_index:
    case OP_drop_index:
    case OP_reindex:
    case OP_detach_partition:
        return rec_bool(r, K_concurrently) ? LOCK_SHARE_UPDATE_EXCLUSIVE : op->info->lock;
    case OP_refresh_materialized_view:
        return rec_bool(r, K_concurrently) ? LOCK_EXCLUSIVE : op->info->lock;
    case OP_comment_on:
        return LOCK_SHARE_UPDATE_EXCLUSIVE;
    case OP_alter_domain: /* columns of the domain are looked through for NULL */
        return rec_has(r, K_nullable) && !rec_bool(r, K_nullable) ? LOCK_SHARE
                                                                  : LOCK_NONE;
    case OP_create_domain_constraint:
        return rec_bool(r, K_not_valid) ? LOCK_NONE : LOCK_SHARE;
    case OP_set_owner:
    case OP_set_schema:
        return is_relation(rec_str(r, K_kind)) ? LOCK_ACCESS_EXCLUSIVE : LOCK_NONE;
    case OP_create_publication:
        return rec_list(r, K_tables).n ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_NONE;
    case OP_alter_publication:
        return rec_list(r, K_tables).n || rec_list(r, K_add_tables).n ||
                       rec_list(r, K_drop_tables).n
                   ? LOCK_SHARE_UPDATE_EXCLUSIVE
                   : LOCK_NONE;
    case OP_alter_column: /* only these go without rewriting or checking (ALTER TABLE) */
        for (size_t i = 0; i < r->shape->n_fields; i++) {
            enum key k = r->shape->fields[i].key;
            bool gentle = k == K_table || k == K_column || k == K_schema || k == K_only ||
                          k == K_comment || k == K_statistics || k == K_options;
            if (r->at[i].kind != VAL_NONE && !gentle &&
                !str_starts(key_word(k), STR("existing_")))
                return LOCK_ACCESS_EXCLUSIVE;
        }
        return LOCK_SHARE_UPDATE_EXCLUSIVE;
    default:
        return op->info->lock;
    }
}
