/* op: one function for each row of op.def, and the few that are not operations. */
#include "script/inner.h"

#include <stdio.h>
#include <string.h>

struct host *host_of(lua_State *L, const char *what)
{
    struct vm *vm = vm_of(L);
    if (!vm->host)
        error_raise(L, "%s answers only inside the functions of a migration", what);
    return vm->host;
}

struct host *host_for_change(lua_State *L, const char *what)
{
    struct host *host = host_of(L, what);
    if (vm_of(L)->entry == ENTRY_VERIFY)
        error_raise(L, "%s: verify() only looks, it cannot change anything", what);
    return host;
}

static int f_op(lua_State *L)
{
    enum op_kind kind = (enum op_kind)lua_tointeger(L, lua_upvalueindex(1));
    const char *what = lua_tostring(L, lua_upvalueindex(2));
    struct host *host = host_for_change(L, what);
    int n = lua_gettop(L);
    struct op *op = op_new(host->arena, kind);
    op->from = error_place(L);
    read_call(L, what, n, op->args, NULL, host->arena);
    struct err *e = box_err(L);
    if (!host->apply(host, op, e))
        error_raise_err(L, e);
    return 0;
}

/* op.autocommit(fn): what fn does commits statement by statement. */
static int f_autocommit(lua_State *L)
{
    struct vm *vm = vm_of(L);
    struct host *host = host_for_change(L, "op.autocommit");
    if (!lua_isfunction(L, 1))
        error_raise(L, "op.autocommit takes a function, got %s", value_describe(L, 1));
    if (vm->in_autocommit)
        error_raise(L, "op.autocommit inside op.autocommit");
    lua_settop(L, 1);
    struct err *e = box_err(L), *failure = box_err(L);
    if (!host->autocommit(host, true, e))
        error_raise_err(L, e);
    lua_pushvalue(L, 1);
    vm->in_autocommit = true;
    bool ok = vm_protect_call(L, 0, 0, failure);
    vm->in_autocommit = false;
    bool ended = host->autocommit(host, false, e);
    if (!ok || !ended)
        error_raise_err(L, ok ? e : failure);
    return 0;
}

/* op.f(name): in Alembic a name that no convention changes. There are no conventions
 * here, so it is the name itself. */
static int f_f(lua_State *L)
{
    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    return 1;
}

void op_open(lua_State *L)
{
    lua_createtable(L, 0, N_OPS + 4);
    for (int kind = 0; kind < N_OPS; kind++) {
        const char *name = op_info((enum op_kind)kind)->shape.name;
        lua_pushinteger(L, kind);
        lua_pushfstring(L, "op.%s", name);
        lua_pushcclosure(L, f_op, 2);
        lua_setfield(L, -2, name);
    }
    lua_pushcfunction(L, f_autocommit);
    lua_setfield(L, -2, "autocommit");
    lua_pushcfunction(L, f_f);
    lua_setfield(L, -2, "f");
    value_push_null(L);
    lua_setfield(L, -2, "NULL");
    data_open(L);
    box_lock(L, "op");
    box_push_names(L, BOX_MIGRATION);
    lua_insert(L, -2);
    lua_setfield(L, -2, "op");
    lua_pop(L, 1);
}
