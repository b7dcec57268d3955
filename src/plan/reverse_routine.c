/* Functions, procedures, aggregates, triggers, rules: how they are undone. */
#include "plan/undo.h"

/* No arguments are an empty list: without a list, DROP takes the only one of that name. */
static struct op *with_arguments(struct op *back)
{
    if (back && !rec_has(back->args, K_arguments))
        rec_set(back->args, K_arguments, val_str(STR("")));
    return back;
}

struct op *reverse_create_function(struct undo *u)
{
    struct op *back = undo_replace(u, K_body, OP_drop_function);
    return rec_bool(u->op->args, K_or_replace) ? back : with_arguments(back);
}

UNDO_NONE(drop_function, "its body is not known")
UNDO_SWAP(rename_function, name, new_name)
UNDO_EXISTING(alter_function)

struct op *reverse_create_procedure(struct undo *u)
{
    struct op *back = undo_replace(u, K_body, OP_drop_procedure);
    return rec_bool(u->op->args, K_or_replace) ? back : with_arguments(back);
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
