/* Errors between C and Lua: a struct err on one side, a table with the same fields and a
 * __tostring on the other. Strings that Lua itself raises ("x.lua:3: attempt to ...") are
 * taken apart into place and message. */
#include "script/advice.h"
#include "script/inner.h"

#include <stdio.h>
#include <string.h>

#define ERROR_META "moonshift.error"
#define ERR_BOX_META "moonshift.err-box"
#define ARENA_BOX_META "moonshift.arena-box"

/* ---- boxes ---- */

static int f_err_close(lua_State *L)
{
    err_clear(lua_touserdata(L, 1));
    return 0;
}

static int f_arena_close(lua_State *L)
{
    arena_reset(lua_touserdata(L, 1));
    return 0;
}

static void *box(lua_State *L, size_t size, const char *meta)
{
    luaL_checkstack(L, 4, NULL);
    void *p = lua_newuserdatauv(L, size, 0);
    memset(p, 0, size);
    luaL_setmetatable(L, meta);
    lua_toclose(L, -1);
    return p;
}

struct err *box_err(lua_State *L)
{
    return box(L, sizeof(struct err), ERR_BOX_META);
}

struct arena *box_arena(lua_State *L)
{
    return box(L, sizeof(struct arena), ARENA_BOX_META);
}

/* ---- places ---- */

struct origin error_place(lua_State *L)
{
    struct vm *vm = vm_of(L);
    lua_Debug ar;
    for (int level = 0; vm->file.p && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0 && ar.source[0] == '@' && str_is(vm->file, ar.source + 1))
            return (struct origin){.file = vm->file, .line = ar.currentline};
    }
    return (struct origin){.file = vm->file, .line = vm->file.p ? vm->first_line : 0};
}

/* Whether `name` is how Lua shortens the chunk "@file" (lua.h: LUA_IDSIZE with its NUL).
 */
static bool is_short_for(str name, str file)
{
    if (str_starts(name, STR("...")) && file.n >= LUA_IDSIZE)
        return str_ends(file, str_cut(name, 3, name.n));
    return str_eq(name, file);
}

/* Takes "NAME:LINE: " off the front of a message that Lua made. */
static bool take_place(str *message, str *name, int *line)
{
    for (size_t i = 1; i + 2 < message->n; i++) {
        if (message->p[i] == '\n')
            return false;
        if (message->p[i] != ':')
            continue;
        size_t end = i + 1;
        while (end < message->n && message->p[end] >= '0' && message->p[end] <= '9')
            end++;
        long number;
        if (end + 1 < message->n && message->p[end] == ':' &&
            message->p[end + 1] == ' ' &&
            str_int(str_cut(*message, i + 1, end), &number) && number < 1 << 30) {
            *name = str_cut(*message, 0, i);
            *line = (int)number;
            *message = str_cut(*message, end + 2, message->n);
            return true;
        }
    }
    return false;
}

static void fill_from_text(lua_State *L, str text, struct err *e)
{
    struct vm *vm = vm_of(L);
    struct origin from = error_place(L);
    str name, message = text, rest = text;
    int line;
    /* A string that went through coroutine.wrap or tostring has several places in front:
     * the last one is where it began. */
    while (take_place(&rest, &name, &line)) {
        if (vm->file.p ? is_short_for(name, vm->file) : str_starts(name, STR("lua/")))
            from = (struct origin){.file = vm->file.p ? vm->file : name, .line = line};
        else
            break;
        message = rest;
    }
    err_set(e, ERR_FAILED, "%.*s", STR_ARG(message));
    if (from.file.p)
        err_at(e, from.file, from.line);
    str advice = advice_for(message, STR_NONE);
    if (advice.p)
        err_hint(e, "%.*s", STR_ARG(advice));
}

/* ---- the table ---- */

static str field_str(lua_State *L, int at, const char *name, struct err *e)
{
    str s = STR_NONE;
    lua_pushstring(L, name);
    if (lua_rawget(L, at) == LUA_TSTRING)
        s = str_copy(&e->arena, value_str(L, -1));
    lua_pop(L, 1);
    return s;
}

static int field_int(lua_State *L, int at, const char *name)
{
    lua_pushstring(L, name);
    lua_Integer i = lua_rawget(L, at) == LUA_TNUMBER ? lua_tointeger(L, -1) : 0;
    lua_pop(L, 1);
    return i > 0 && i < 1 << 30 ? (int)i : 0;
}

static void fill_from_table(lua_State *L, int at, struct err *e)
{
    str message = field_str(L, at, "message", e);
    if (!message.p) {
        message.p = luaL_tolstring(L, at, &message.n);
        fill_from_text(L, message, e);
        lua_pop(L, 1);
        return;
    }
    int kind = field_int(L, at, "kind");
    e->kind =
        kind >= ERR_FAILED && kind <= ERR_DECISION ? (enum err_kind)kind : ERR_FAILED;
    e->message = message;
    e->detail = field_str(L, at, "detail", e);
    e->hint = field_str(L, at, "hint", e);
    e->file = field_str(L, at, "file", e);
    e->line = field_int(L, at, "line");
    e->sql = field_str(L, at, "sql", e);
    e->position = field_int(L, at, "position");
    e->context = field_str(L, at, "context", e);
    str state = field_str(L, at, "sqlstate", e);
    if (state.n == sizeof e->sqlstate - 1)
        memcpy(e->sqlstate, state.p, state.n);
    struct origin from = error_place(L);
    if (from.file.p)
        err_at(e, from.file, from.line);
}

void error_fill(lua_State *L, int at, struct err *e)
{
    at = lua_absindex(L, at);
    luaL_checkstack(L, 8, NULL);
    if (lua_istable(L, at)) {
        fill_from_table(L, at, e);
    } else if (lua_isnil(L, at)) {
        fill_from_text(L, STR("error(nil) was called"), e);
    } else {
        str text;
        text.p = luaL_tolstring(L, at, &text.n);
        fill_from_text(L, text, e);
        lua_pop(L, 1);
    }
}

static void set_str(lua_State *L, const char *name, str s)
{
    if (s.p) {
        lua_pushlstring(L, s.p, s.n);
        lua_setfield(L, -2, name);
    }
}

static void push_err(lua_State *L, const struct err *e)
{
    luaL_checkstack(L, 8, NULL);
    lua_createtable(L, 0, 8);
    lua_pushinteger(L, (lua_Integer)e->kind);
    lua_setfield(L, -2, "kind");
    set_str(L, "message", e->message);
    set_str(L, "detail", e->detail);
    set_str(L, "hint", e->hint);
    set_str(L, "file", e->file);
    set_str(L, "sql", e->sql);
    set_str(L, "context", e->context);
    if (e->sqlstate[0])
        set_str(L, "sqlstate", str_of(e->sqlstate));
    if (e->line) {
        lua_pushinteger(L, e->line);
        lua_setfield(L, -2, "line");
    }
    if (e->position) {
        lua_pushinteger(L, e->position);
        lua_setfield(L, -2, "position");
    }
    luaL_setmetatable(L, ERROR_META);
}

_Noreturn static void raise_top(lua_State *L)
{
    lua_error(L);
    __builtin_unreachable();
}

void error_raise_err(lua_State *L, struct err *boxed)
{
    struct origin from = error_place(L);
    if (from.file.p)
        err_at(boxed, from.file, from.line);
    push_err(L, boxed);
    raise_top(L);
}

void error_raise_hint(lua_State *L, str message, str hint)
{
    struct err *e = box_err(L);
    err_set(e, ERR_FAILED, "%.*s", STR_ARG(message));
    if (hint.p)
        err_hint(e, "%.*s", STR_ARG(hint));
    error_raise_err(L, e);
}

void error_raise(lua_State *L, const char *format, ...)
{
    struct err *e = box_err(L);
    va_list args;
    va_start(args, format);
    e->kind = ERR_FAILED;
    e->message = str_vfmt(&e->arena, format, args);
    va_end(args);
    error_raise_err(L, e);
}

static int f_error_tostring(lua_State *L)
{
    lua_getfield(L, 1, "file");
    lua_getfield(L, 1, "line");
    lua_getfield(L, 1, "message");
    const char *message = lua_tostring(L, -1);
    const char *file = lua_tostring(L, -3);
    if (file && lua_isinteger(L, -2))
        lua_pushfstring(L, "%s:%I: %s", file, (LUAI_UACINT)lua_tointeger(L, -2),
                        message ? message : "error");
    else
        lua_pushstring(L, message ? message : "error");
    return 1;
}

static void new_meta(lua_State *L, const char *name, lua_CFunction end)
{
    luaL_newmetatable(L, name);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, end);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, end);
    lua_setfield(L, -2, "__close");
    lua_pop(L, 1);
}

void error_open(lua_State *L)
{
    luaL_newmetatable(L, ERROR_META);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, f_error_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 1);
    new_meta(L, ERR_BOX_META, f_err_close);
    new_meta(L, ARENA_BOX_META, f_arena_close);
}
