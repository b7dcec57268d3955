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

UNDO_KIND(aggregate)

UNDO_KIND(trigger)
UNDO_AS(enable_trigger, disable_trigger)
UNDO_AS(disable_trigger, enable_trigger)

UNDO_KIND(event_trigger)

struct op *reverse_alter_event_trigger(struct undo *u)
{
    if (!rec_has(u->op->args, K_existing_enabled))
        return undo_none(u, "existing_enabled is not given");
    return undo_swap(u, K_enabled, K_existing_enabled);
}

UNDO_KIND(rule)
UNDO_AS(enable_rule, disable_rule)
UNDO_AS(disable_rule, enable_rule)
