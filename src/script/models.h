/* Model files: models/NAME.lua, run in the locked environment with `model` and `sql`.
 *
 * model.table is op.create_table, model.enum is op.create_enum, model.view op.create_view,
 * model.func op.create_function, model.execute op.execute, and so on for every op that
 * creates; model.grant, model.comment_on and others that say something of an object keep
 * their name. The whole literal is the op's, and may hold renamed_from besides.
 */
#ifndef MOONSHIFT_SCRIPT_MODELS_H
#define MOONSHIFT_SCRIPT_MODELS_H

#include "model/op.h"
#include "script/vm.h"

/* Runs a model file and adds the create op of each model.NAME call to `out`, in order, with
 * the line that asked for it. A renamed_from = "old" in a table, column, type, index or other
 * literal adds the rename op (rename_table, rename_column, rename_enum, ...) to `renames`:
 * from the old name to the name in the model. */
bool models_read(struct vm *vm, const char *path, str file, struct ops *out,
                 struct ops *renames, struct arena *a, struct err *e);

#endif
