#include "script/config.h"

#include "script/inner.h"

#include <string.h>

struct evaluation {
    str text, file, directory;
    str (*lookup)(void *, str);
    void *context;
    struct val *out;
    struct arena *arena;
};

/* env "NAME" is nil when NAME is not set; env("NAME", "default") is then the default. */
static int f_env(lua_State *L)
{
    struct evaluation *ev = lua_touserdata(L, lua_upvalueindex(1));
    if (lua_type(L, 1) != LUA_TSTRING)
        error_raise(L, "env takes the name of a variable, got %s", value_describe(L, 1));
    str value = ev->lookup ? ev->lookup(ev->context, value_str(L, 1)) : STR_NONE;
    if (value.p)
        lua_pushlstring(L, value.p, value.n);
    else
        lua_settop(L, 2);
    return 1;
}

/* file "path": what is in a file (a secret, say), without the line end. Relative to the
 * configuration file. */
static int f_file(lua_State *L)
{
    struct evaluation *ev = lua_touserdata(L, lua_upvalueindex(1));
    if (lua_type(L, 1) != LUA_TSTRING)
        error_raise(L, "file takes a path, got %s", value_describe(L, 1));
    str name = value_str(L, 1), text;
    struct arena *scratch = box_arena(L);
    struct err *e = box_err(L);
    str path = name.n && name.p[0] == '/'
                   ? name
                   : str_fmt(scratch, "%.*s%.*s", STR_ARG(ev->directory), STR_ARG(name));
    if (!source_read(path.p, path, &text, scratch, e))
        error_raise_err(L, e);
    while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
        text.n--;
    lua_pushlstring(L, text.p, text.n);
    return 1;
}

static void give(lua_State *L, int env, const char *name, lua_CFunction f,
                 struct evaluation *ev)
{
    lua_pushstring(L, name);
    lua_pushlightuserdata(L, ev);
    lua_pushcclosure(L, f, 1);
    lua_rawset(L, env);
}

static int f_evaluate(lua_State *L)
{
    struct evaluation *ev = lua_touserdata(L, 1);
    box_push(L, BOX_CONFIG);
    int env = lua_gettop(L);
    give(L, env, "env", f_env, ev);
    give(L, env, "file", f_file, ev);
    box_compile(L, env, ev->text, ev->file);
    lua_call(L, 0, 1);
    if (!value_is_table(L, -1))
        error_raise_hint(
            L,
            str_of(lua_pushfstring(L, "the configuration must return a table, got %s",
                                   value_describe(L, -1))),
            STR("return { url = env \"DATABASE_URL\" }"));
    *ev->out = value_any(L, -1, ev->arena, "configuration");
    if (ev->out->kind == VAL_LIST)
        error_raise(L,
                    "the configuration must return a table { key = value }, got a list");
    return 0;
}

bool config_eval(struct vm *vm, const char *path, str (*lookup)(void *, str),
                 void *context, struct val *out, struct arena *a, struct err *e)
{
    str file = str_copy(a, str_of(path)), text;
    size_t slash = str_rfind(file, '/');
    if (!source_read(path, file, &text, a, e))
        return false;
    struct evaluation ev = {
        .text = text,
        .file = file,
        .directory = slash < file.n ? str_cut(file, 0, slash + 1) : STR(""),
        .lookup = lookup,
        .context = context,
        .out = out,
        .arena = a,
    };
    str outer = vm->file;
    vm->file = file;
    bool ok = vm_protect(vm->L, f_evaluate, &ev, e);
    vm->file = outer;
    return ok;
}
