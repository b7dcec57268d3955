/* Functions, procedures, aggregates, triggers, rules: how they are undone. */
#include "plan/undo.h"
#include "plan/write.h"

/* A routine is dropped by its argument types. No arguments are an empty list: without a
 * list, DROP takes the only one of that name. */
static struct op *undo_routine(struct undo *u, enum op_kind drop)
{
    struct op *back = undo_replace(u, K_body, drop);
    if (back && back->info->kind == drop) {
        str types = routine_signature(rec_str(u->op->args, K_arguments), u->a);
        rec_set(back->args, K_arguments, val_str(types.p ? types : STR("")));
    }
    return back;
}

struct op *reverse_create_function(struct undo *u)
{
    return undo_routine(u, OP_drop_function);
}

UNDO_NONE(drop_function, "its body is not known")
UNDO_SWAP(rename_function, name, new_name)
UNDO_EXISTING(alter_function)

struct op *reverse_create_procedure(struct undo *u)
{
    return undo_routine(u, OP_drop_procedure);
}

UNDO_NONE(drop_procedure, "its body is not known")
UNDO_SWAP(rename_procedure, name, new_name)
UNDO_EXISTING(alter_procedure)

UNDO_REPLACED_KIND(aggregate)

UNDO_REPLACED_KIND(trigger)

/* A mode can only be told from what was there before; without one, enabling undoes
 * disabling and the other way round. */
static struct op *undo_enable(struct undo *u, enum op_kind disable)
{
    const struct rec *r = u->op->args;
    const struct val *before = rec_at(r, K_existing_enabled);
    struct val now = rec_has(r, K_mode) ? *rec_at(r, K_mode) : val_bool(true);
    bool was_on = before->kind == VAL_STR || (before->kind == VAL_BOOL && before->b);
    if (before->kind == VAL_NONE && rec_has(r, K_mode))
        return undo_none(u, "existing_enabled is not given");
    struct op *back = was_on ? op_copy(u->a, u->op) : undo_as(u, disable);
    if (was_on)
        rec_set(back->args, K_mode,
                before->kind == VAL_STR ? *before : (struct val){.kind = VAL_NONE});
    if (was_on || now.kind == VAL_STR)
        rec_set(back->args, K_existing_enabled, now);
    return back;
}

static struct op *undo_disable(struct undo *u, enum op_kind enable)
{
    const struct val *before = rec_at(u->op->args, K_existing_enabled);
    struct op *back = undo_as(u, enable);
    if (before->kind == VAL_BOOL && !before->b)
        return undo_none(u, "it was disabled before");
    if (before->kind == VAL_STR)
        rec_set(back->args, K_mode, *before);
    rec_set(back->args, K_existing_enabled, (struct val){.kind = VAL_NONE});
    if (before->kind == VAL_STR)
        rec_set(back->args, K_existing_enabled, val_bool(false));
    return back;
}

struct op *reverse_enable_trigger(struct undo *u)
{
    return undo_enable(u, OP_disable_trigger);
}

struct op *reverse_disable_trigger(struct undo *u)
{
    return undo_disable(u, OP_enable_trigger);
}

UNDO_KIND(event_trigger)

struct op *reverse_alter_event_trigger(struct undo *u)
{
    if (!rec_has(u->op->args, K_existing_enabled))
        return undo_none(u, "existing_enabled is not given");
    return undo_swap(u, K_enabled, K_existing_enabled);
}

UNDO_REPLACED_KIND(rule)

struct op *reverse_enable_rule(struct undo *u)
{
    return undo_enable(u, OP_disable_rule);
}

struct op *reverse_disable_rule(struct undo *u)
{
    return undo_disable(u, OP_enable_rule);
}
