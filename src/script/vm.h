/* The Lua machine: embedded modules, the locked environment, protected calls.
 *
 * The only layer that includes lua.h, so its headers do not: a vm is opaque. Every entry
 * is one lua_pcall with a traceback handler; what comes out is a bool and an err. Lua
 * code of the program itself comes from lua/, embedded as source (MOONSHIFT_LUA=dir
 * overrides).
 */
#ifndef MOONSHIFT_SCRIPT_VM_H
#define MOONSHIFT_SCRIPT_VM_H

#include "base/err.h"
#include "model/val.h"

#include <signal.h>

struct vm;

struct vm *vm_open(struct err *e); /* NULL with e filled */
void vm_close(struct vm *vm);      /* NULL is welcome */

/* How many bytes scripts may use together; 1 GiB when not said. */
void vm_limit(struct vm *vm, size_t bytes);

/* Calls `function` of embedded module `module` with one value and takes one back:
 * vm_call(vm, "template", "render", args, &out, a, e). */
bool vm_call(struct vm *vm, const char *module, const char *function, struct val argument,
             struct val *result, struct arena *a, struct err *e);

/* The signal, once one came: set by its handler. A Lua hook looks at it, so that endless loops end. */
extern volatile sig_atomic_t vm_interrupted;

#endif
