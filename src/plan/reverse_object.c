/* Types, schemas, extensions: how they are undone. */
#include "plan/undo.h"

UNDO_AS(create_enum, drop_enum)
UNDO_NONE(drop_enum, "its values are not known")
UNDO_SWAP(rename_enum, name, new_name)
UNDO_NONE(add_enum_value, "PostgreSQL cannot drop a value of an enum type")
UNDO_SWAP(rename_enum_value, value, new_value)

UNDO_AS(create_schema, drop_schema)
UNDO_NONE(drop_schema, "what was in it is not known")
UNDO_SWAP(rename_schema, name, new_name)

UNDO_AS(create_extension, drop_extension)
UNDO_NONE(drop_extension, "its version and schema are not known")

struct op *reverse_alter_extension(struct undo *u)
{
    const struct rec *r = u->op->args;
    bool updates = rec_has(r, K_version) || rec_bool(r, K_update);
    if (updates && !(rec_has(r, K_version) && rec_has(r, K_existing_version)))
        return undo_none(u, "version and existing_version are not both given");
    if (rec_has(r, K_schema) && !rec_has(r, K_existing_schema))
        return undo_none(u, "existing_schema is not given");
    struct op *back = undo_swap(u, K_version, K_existing_version);
    rec_set(back->args, K_schema, *rec_at(r, K_existing_schema));
    rec_set(back->args, K_existing_schema, *rec_at(r, K_schema));
    return back;
}
