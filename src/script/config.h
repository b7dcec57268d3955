/* Evaluates moonshift.lua: a file that returns a table, in an environment with only
 * env "NAME" and file "path". */
#ifndef MOONSHIFT_SCRIPT_CONFIG_H
#define MOONSHIFT_SCRIPT_CONFIG_H

#include "script/vm.h"

/* `lookup` answers env "NAME" (process environment, then .env); STR_NONE when not set.
 * `out` is a VAL_MAP of the returned table. File and line of an error are set. */
bool config_eval(struct vm *vm, const char *path, str (*lookup)(void *, str),
                 void *context, struct val *out, struct arena *a, struct err *e);

#endif
