/* The locked environment of scripts.
 *
 * A script sees an environment of its own, whose names come from a table that no script
 * can change: safe parts of the standard library behind read-only proxies, and what its
 * kind of script is given. There is no way from it to the program's own globals: no load,
 * no package, no debug, no bytecode (string.dump is gone from the machine altogether),
 * and the metatables of strings, proxies, environments and handles do not show
 * themselves.
 */
#include "script/advice.h"
#include "script/habit.h"
#include "script/inner.h"

#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_OF "moonshift.names"

/* Names that only the top level of a migration assigns. */
static const char *const header_names[] = {
    "message",    "revision",  "down_revision", "branch_labels",
    "depends_on", "settings",  "transactional", "irreversible",
    "upgrade",    "downgrade", "change",        "verify",
};
#define N_HEADER_NAMES (sizeof header_names / sizeof *header_names)

/* Names of plain Lua that scripts look for in vain, and what to do instead. */
static const struct {
    const char *name, *advice;
} missing[] = {
    {"os", "the database knows the time: sql \"now()\""},
    {"io", "op.copy_from and op.execute_file read files beside the migration"},
    {"require", "write helper functions in the same file"},
    {"package", "write helper functions in the same file"},
    {"dofile", "write helper functions in the same file"},
    {"loadfile", "write helper functions in the same file"},
    {"load", NULL},
    {"loadstring", NULL},
    {"debug", NULL},
    {"collectgarbage", NULL},
    {"rawset", NULL},
    {"rawget", NULL},
    {"_G", "write 'local' variables"},
};

static const char *const kinds[N_BOXES] = {"a migration", "a model file",
                                           "a configuration"};

static bool is_header_name(str name)
{
    for (size_t i = 0; i < N_HEADER_NAMES; i++)
        if (str_is(name, header_names[i]))
            return true;
    return false;
}

/* ---- reading and writing globals ---- */

/* String keys of the table at `at`; they stay valid as long as the table holds them. */
static size_t keys_of(lua_State *L, int at, str *out, size_t n, size_t room)
{
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && n < room)
            out[n++] = value_str(L, -2);
    return n;
}

/* __index of an environment: upvalues are the names and the kind. */
static int f_index(lua_State *L)
{
    enum { ROOM = 512 };
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    enum box kind = (enum box)lua_tointeger(L, lua_upvalueindex(2));
    if (lua_type(L, 2) != LUA_TSTRING)
        return 1;
    str name = value_str(L, 2);
    if (kind == BOX_MIGRATION && is_header_name(name))
        return 1;
    if (kind == BOX_MIGRATION && str_is(name, "ctx"))
        error_raise(L, "ctx answers only inside the functions of a migration");
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (str_is(name, missing[i].name))
            error_raise_hint(L,
                             str_of(lua_pushfstring(L, "'%s' is not available in %s",
                                                    missing[i].name, kinds[kind])),
                             missing[i].advice ? str_of(missing[i].advice) : STR_NONE);
    str candidates[ROOM];
    size_t n = keys_of(L, 1, candidates, 0, ROOM);
    n = keys_of(L, lua_upvalueindex(1), candidates, n, ROOM);
    str near = str_nearest(name, candidates, n);
    if (near.p)
        error_raise(L, "undeclared variable '%.*s', did you mean '%.*s'?", STR_ARG(name),
                    STR_ARG(near));
    lua_pushfstring(L, "undeclared variable '%s'", name.p);
    error_raise_hint(L, value_str(L, -1), advice_for_name(name));
}

/* __newindex of an environment: first assignments only, later ones find the field. */
static int f_newindex(lua_State *L)
{
    struct vm *vm = vm_of(L);
    lua_settop(L, 3);
    enum box kind = (enum box)lua_tointeger(L, lua_upvalueindex(2));
    if (lua_type(L, 2) != LUA_TSTRING)
        error_raise(L, "a global variable has a name");
    str name = value_str(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        error_raise(L, "'%.*s' cannot be changed", STR_ARG(name));
    bool known = kind == BOX_MIGRATION && is_header_name(name);
    if (vm->host && !known)
        error_raise(
            L, "global variable '%.*s' is assigned inside a function: write 'local %.*s'",
            STR_ARG(name), STR_ARG(name));
    if (!known && !lua_isfunction(L, 3)) {
        str candidates[N_HEADER_NAMES];
        for (size_t i = 0; i < N_HEADER_NAMES; i++)
            candidates[i] = str_of(header_names[i]);
        str near = kind == BOX_MIGRATION ? str_nearest(name, candidates, N_HEADER_NAMES)
                                         : STR_NONE;
        if (near.p)
            error_raise(L, "unknown header field '%.*s', did you mean '%.*s'?",
                        STR_ARG(name), STR_ARG(near));
        error_raise(L, "unknown name '%.*s': for a variable write 'local %.*s = ...'",
                    STR_ARG(name), STR_ARG(name));
    }
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 0;
}

void box_push(lua_State *L, enum box kind)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    box_push_names(L, kind);
    lua_pushinteger(L, kind);
    lua_pushcclosure(L, f_index, 2);
    lua_setfield(L, -2, "__index");
    box_push_names(L, kind);
    lua_pushinteger(L, kind);
    lua_pushcclosure(L, f_newindex, 2);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
}

static str line_of(str text, int number)
{
    str line = STR_NONE;
    for (int i = 0; i < number && str_split(&text, '\n', &line); i++)
        ;
    return line;
}

/* Raises the message of the compiler on top, with a hint from the line it is about. */
_Noreturn static void raise_syntax(lua_State *L, str text)
{
    struct err *e = box_err(L);
    error_fill(L, -2, e); /* the box stands on top */
    if (!e->hint.p) {
        str advice = advice_for(e->message, line_of(text, e->line));
        if (advice.p)
            err_hint(e, "%.*s", STR_ARG(advice));
    }
    error_raise_err(L, e);
}

void box_compile(lua_State *L, int env, str text, str file)
{
    env = lua_absindex(L, env);
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_cut(text, 3, text.n);
    const char *chunk = lua_pushfstring(L, "@%s", file.p);
    if (luaL_loadbufferx(L, text.p, text.n, chunk, "t") != LUA_OK)
        raise_syntax(L, text);
    lua_remove(L, -2);
    lua_pushvalue(L, env);
    lua_setupvalue(L, -2, 1);
}

/* ---- what is given ---- */

static int f_read_only(lua_State *L)
{
    error_raise(L, "this table is read-only: %s cannot be set", value_describe(L, 2));
}

/* The message on top, with a hint that lists what a small table has. */
_Noreturn static void raise_with_fields(lua_State *L, const char *name, str *fields,
                                        size_t n)
{
    luaL_Buffer b;
    str message = value_str(L, -1);
    str_sort(fields, n);
    luaL_buffinit(L, &b);
    for (size_t i = 0; i < n; i++) {
        luaL_addstring(&b, i ? ", " : name);
        luaL_addstring(&b, i ? "" : " has ");
        luaL_addlstring(&b, fields[i].p, fields[i].n);
    }
    luaL_pushresult(&b);
    error_raise_hint(L, message, value_str(L, -1));
}

/* Replaces the table on top by a proxy for reading. A field that is not there is an error
 * for the tables of ours (`strict`: the name they go by). */
static int f_strict_index(lua_State *L)
{
    enum { ROOM = 512, FEW = 12 };
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    const char *name = lua_tostring(L, lua_upvalueindex(2));
    if (lua_type(L, 2) != LUA_TSTRING)
        error_raise(L, "%s has no field %s", name, value_describe(L, 2));
    const char *habit = strcmp(name, "op") == 0 ? habit_of_op(value_str(L, 2)) : NULL;
    if (habit) {
        lua_pushfstring(L, "there is no op.%s", lua_tostring(L, 2));
        error_raise_hint(L, value_str(L, -1), str_of(habit));
    }
    str candidates[ROOM];
    size_t n = keys_of(L, lua_upvalueindex(1), candidates, 0, ROOM);
    str near = str_nearest(value_str(L, 2), candidates, n);
    if (near.p)
        error_raise(L, "there is no %s.%s, did you mean %s.%.*s?", name,
                    lua_tostring(L, 2), name, STR_ARG(near));
    lua_pushfstring(L, "there is no %s.%s", name, lua_tostring(L, 2));
    if (n <= FEW)
        raise_with_fields(L, name, candidates, n);
    error_raise(L, "%s", lua_tostring(L, -1));
}

void box_lock(lua_State *L, const char *name)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, f_read_only);
    lua_setfield(L, -2, "__newindex");
    lua_pushvalue(L, -3);
    lua_pushstring(L, name);
    lua_pushcclosure(L, f_strict_index, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

/* setmetatable without finalizers: they run at any time, where no hook can end them. */
static int f_setmetatable(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            error_raise(L, "a metatable with __gc is not available here");
    }
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
}

static void give_functions(lua_State *L, int names)
{
    static const char *const functions[] = {
        "assert",   "error",  "getmetatable", "ipairs",   "next",     "pairs", "pcall",
        "rawequal", "rawlen", "select",       "tonumber", "tostring", "type",  "xpcall",
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        lua_getglobal(L, functions[i]);
        lua_setfield(L, names, functions[i]);
    }
    lua_getglobal(L, "setmetatable");
    lua_pushcclosure(L, f_setmetatable, 1);
    lua_setfield(L, names, "setmetatable");
    lua_pushcfunction(L, value_sql);
    lua_setfield(L, names, "sql");
}

static void give_libraries(lua_State *L, int names)
{
    static const char *const libraries[] = {"string", "table", "math", "utf8",
                                            "coroutine"};
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        lua_getglobal(L, libraries[i]);
        box_lock(L, libraries[i]);
        lua_setfield(L, names, libraries[i]);
    }
}

void box_push_names(lua_State *L, enum box kind)
{
    lua_getfield(L, LUA_REGISTRYINDEX, NAMES_OF);
    lua_rawgeti(L, -1, (lua_Integer)kind);
    lua_remove(L, -2);
}

/* ("text").field: Lua looks into the library of strings, and would give nil. */
static int f_text_index(lua_State *L)
{
    lua_pushfstring(L, "a string has no field '%s'", luaL_tolstring(L, 2, NULL));
    error_raise_hint(
        L, value_str(L, -1),
        STR("json and arrays come from the database as text: db.decode(text) "
            "and db.decode_array(text) make tables of them"));
}

static void open_strings(lua_State *L)
{
    lua_getglobal(L, "string");
    lua_pushnil(L);
    lua_setfield(L, -2, "dump");
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, f_text_index);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

void box_open(lua_State *L)
{
    open_strings(L);
    lua_newtable(L);
    for (int kind = 0; kind < N_BOXES; kind++) {
        lua_newtable(L);
        give_functions(L, lua_gettop(L));
        give_libraries(L, lua_gettop(L));
        lua_rawseti(L, -2, kind);
    }
    lua_setfield(L, LUA_REGISTRYINDEX, NAMES_OF);
}
