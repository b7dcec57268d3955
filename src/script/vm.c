#include "script/vm.h"

#include "base/embed.h"
#include "script/inner.h"

#include <lfs.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

extern const struct embedded embedded_lua[];
extern const struct embedded embedded_templates[];

volatile sig_atomic_t vm_interrupted;

#define DEFAULT_LIMIT ((size_t)1 << 30)
#define HOOK_EVERY 10000 /* instructions between two looks at vm_interrupted */

struct vm *vm_of(lua_State *L)
{
    return *(struct vm **)lua_getextraspace(L);
}

/* old_size is a type tag, not a size, when old is NULL (lua_Alloc in the manual). */
static void *allocate(void *context, void *old, size_t old_size, size_t size)
{
    return meter_resize(context, old, old ? old_size : 0, size);
}

/* ---- protected calls ---- */

/* Once the flag is up, the hook fires at each instruction, so that a script's own pcall
 * cannot swallow the interruption: the next instruction outside raises it again. */
static void hook(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    if (!vm_interrupted)
        return;
    lua_sethook(L, hook, LUA_MASKCOUNT, 1);
    error_raise(L, "interrupted");
}

static int handler(lua_State *L)
{
    struct err *e = vm_of(L)->err;
    if (!e || e->kind != ERR_NONE)
        return 1;
    error_fill(L, 1, e);
    luaL_traceback(L, L, NULL, 1);
    e->trace = str_copy(&e->arena, value_str(L, -1));
    lua_settop(L, 1);
    return 1;
}

/* What the handler could not say: it is not called when memory runs out. */
static void fill_rest(lua_State *L, int status, struct err *e)
{
    struct vm *vm = vm_of(L);
    if (status == LUA_ERRMEM)
        err_set(e, ERR_FAILED, "not enough memory: a script may use %zu MiB",
                vm->memory.limit >> 20);
    else
        err_set(e, ERR_FAILED, "the script failed, and so did handling its error");
    if (vm->file.p)
        err_at(e, vm->file, 0);
}

bool vm_protect_call(lua_State *L, int n_args, int n_results, struct err *e)
{
    struct vm *vm = vm_of(L);
    struct err *outer = vm->err;
    int function = lua_gettop(L) - n_args;
    lua_pushcfunction(L, handler);
    lua_insert(L, function);
    vm->err = e;
    int status = lua_pcall(L, n_args, n_results, function);
    vm->err = outer;
    lua_remove(L, function);
    if (status == LUA_OK)
        return true;
    if (e->kind == ERR_NONE)
        fill_rest(L, status, e);
    lua_settop(L, function - 1);
    return false;
}

bool vm_protect(lua_State *L, lua_CFunction f, void *context, struct err *e)
{
    if (!lua_checkstack(L, 8))
        return err_set(e, ERR_FAILED, "not enough memory for Lua's stack");
    lua_sethook(L, hook, LUA_MASKCOUNT, HOOK_EVERY);
    lua_pushcfunction(L, f);
    lua_pushlightuserdata(L, context);
    return vm_protect_call(L, 1, 0, e);
}

/* ---- our own Lua ---- */

/* The text of lua/NAME.lua: a file of MOONSHIFT_LUA first, what is embedded second. The
 * text is pushed; false when there is none. */
static bool push_module_text(lua_State *L, const char *path)
{
    const char *directory = getenv("MOONSHIFT_LUA");
    if (directory && *directory) {
        struct arena *scratch = box_arena(L);
        struct err *e = box_err(L);
        str full = str_fmt(scratch, "%s/%s", directory, path + strlen("lua/")), text;
        if (source_read(full.p, full, &text, scratch, e)) {
            lua_pushlstring(L, text.p, text.n);
            return true;
        }
    }
    for (const struct embedded *m = embedded_lua; m->name; m++)
        if (strcmp(m->name, path) == 0) {
            lua_pushlstring(L, m->bytes, m->n);
            return true;
        }
    return false;
}

static int f_search(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const char *path = lua_pushfstring(L, "lua/%s.lua", luaL_gsub(L, name, ".", "/"));
    if (!push_module_text(L, path)) {
        lua_pushfstring(L, "no file '%s' in this program", path);
        return 1;
    }
    str text = value_str(L, -1);
    const char *chunk = lua_pushfstring(L, "@%s", path);
    if (luaL_loadbufferx(L, text.p, text.n, chunk, "t") != LUA_OK)
        return lua_error(L);
    lua_pushstring(L, path);
    return 2;
}

/* The module `embedded`: the files of lua/templates/, "basic/moonshift.lua" to its bytes.
 */
static int f_open_embedded(lua_State *L)
{
    static const char folder[] = "lua/templates/";
    lua_newtable(L);
    for (const struct embedded *m = embedded_templates; m->name; m++) {
        if (strncmp(m->name, folder, sizeof folder - 1) != 0)
            continue;
        lua_pushlstring(L, m->bytes, m->n);
        lua_setfield(L, -2, m->name + sizeof folder - 1);
    }
    return 1;
}

static void open_modules(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, luaopen_lfs);
    lua_setfield(L, -2, "lfs");
    lua_pushcfunction(L, f_open_embedded);
    lua_setfield(L, -2, "embedded");
    lua_pop(L, 1);
    lua_getfield(L, -1, "searchers");
    lua_pushcfunction(L, f_search);
    lua_rawseti(L, -2, 2);
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, -1); i > 2; i--) {
        lua_pushnil(L);
        lua_rawseti(L, -2, i);
    }
    lua_pop(L, 2);
}

static int f_open(lua_State *L)
{
    luaL_openlibs(L);
    open_modules(L);
    error_open(L);
    value_open(L);
    box_open(L);
    op_open(L);
    db_open(L);
    log_open(L);
    migration_open(L);
    model_open(L);
    return 0;
}

struct vm *vm_open(struct err *e)
{
    struct arena own = {0};
    struct vm *vm = NEW(&own, struct vm);
    vm->own = own;
    vm->memory.limit = DEFAULT_LIMIT;
    vm->L = lua_newstate(allocate, &vm->memory);
    if (!vm->L) {
        err_set(e, ERR_FAILED, "not enough memory to start Lua");
    } else {
        *(struct vm **)lua_getextraspace(vm->L) = vm;
        if (vm_protect(vm->L, f_open, NULL, e))
            return vm;
    }
    vm_close(vm);
    return NULL;
}

void vm_close(struct vm *vm)
{
    if (!vm)
        return;
    if (vm->L)
        lua_close(vm->L);
    struct arena own = vm->own; /* the vm itself lives in it */
    arena_reset(&own);
}

void vm_limit(struct vm *vm, size_t bytes)
{
    vm->memory.limit = bytes > vm->memory.used ? bytes : vm->memory.used;
}

struct call {
    const char *module, *function;
    const struct val *argument;
    struct val *result;
    struct arena *arena;
};

static int f_call(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    lua_getglobal(L, "require");
    lua_pushstring(L, call->module);
    lua_call(L, 1, 1);
    if (!lua_istable(L, -1) || lua_getfield(L, -1, call->function) != LUA_TFUNCTION)
        return luaL_error(L, "lua/%s.lua has no function %s", call->module,
                          call->function);
    value_push(L, call->argument);
    lua_call(L, 1, 1);
    if (call->result)
        *call->result = value_any(L, -1, call->arena, call->function);
    return 0;
}

bool vm_call(struct vm *vm, const char *module, const char *function, struct val argument,
             struct val *result, struct arena *a, struct err *e)
{
    struct call call = {module, function, &argument, result, a};
    return vm_protect(vm->L, f_call, &call, e);
}
