#include "app/passwords.h"

#include "app/out.h"

static bool is_password(const struct pair *option)
{
    return str_is(option->key, "password") && option->val.kind != VAL_NULL;
}

/* Has this record, or the one under `existing`, such an option? */
static bool holds_one(const struct rec *r)
{
    const struct val *options = rec_at(r, K_options);
    for (size_t i = 0; options->kind == VAL_MAP && i < options->map.n; i++)
        if (is_password(&options->map.at[i]))
            return true;
    const struct val *before =
        shape_field(r->shape, key_word(K_existing)) ? rec_at(r, K_existing) : options;
    return before->kind == VAL_REC && holds_one(before->rec);
}

static bool is_mapping(const struct op *op)
{
    return op->info->kind == OP_create_user_mapping ||
           op->info->kind == OP_alter_user_mapping;
}

void passwords_tell(struct session *s, const struct ops *ops, const char *what)
{
    for (size_t i = 0; i < ops->n; i++)
        if (is_mapping(ops->at[i]) && holds_one(ops->at[i]->args))
            out_warn(s, "%s the password of the user mapping of %.*s for server %.*s",
                     what, STR_ARG(rec_str(ops->at[i]->args, K_role)),
                     STR_ARG(rec_str(ops->at[i]->args, K_server)));
}

static void hide(struct rec *r, struct arena *a)
{
    struct val options = val_copy(a, rec_at(r, K_options));
    for (size_t i = 0; options.kind == VAL_MAP && i < options.map.n; i++)
        if (is_password(&options.map.at[i]))
            options.map.at[i].val = val_str(STR("*****"));
    rec_set(r, K_options, options);
    if (!shape_field(r->shape, key_word(K_existing)) ||
        rec_at(r, K_existing)->kind != VAL_REC)
        return;
    struct rec *before = rec_copy(a, rec_at(r, K_existing)->rec);
    hide(before, a);
    rec_set(r, K_existing, val_rec(before));
}

void passwords_hide(const struct ops *ops, struct arena *a)
{
    for (size_t i = 0; i < ops->n; i++)
        if (is_mapping(ops->at[i]))
            hide(ops->at[i]->args, a);
}
