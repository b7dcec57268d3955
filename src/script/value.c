/* Values between C and Lua: sql "...", NULL, and plain data both ways. */
#include "base/utf8.h"
#include "script/inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_META "moonshift.sql"
#define NULL_META "moonshift.null"
#define DEEPEST 64

/* ---- text ---- */

bool text_ok(str s)
{
    return str_find(s, '\0') == s.n && utf8_ok(s);
}

str value_str(lua_State *L, int at)
{
    str s;
    s.p = lua_tolstring(L, at, &s.n);
    return s;
}

/* ---- sql "..." and NULL ---- */

int value_sql(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TSTRING)
        error_raise(L, "sql takes a string, got %s", value_describe(L, 1));
    str text = value_str(L, 1);
    if (!text_ok(text))
        error_raise(L, "sql takes UTF-8 text without NUL bytes");
    lua_settop(L, 1);
    lua_newuserdatauv(L, 0, 1);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, SQL_META);
    return 1;
}

bool value_is_sql(lua_State *L, int at)
{
    return luaL_testudata(L, at, SQL_META) != NULL;
}

str value_sql_text(lua_State *L, int at)
{
    lua_getiuservalue(L, at, 1);
    str text = value_str(L, -1);
    lua_pop(L, 1); /* the userdata still holds the string */
    return text;
}

static int f_sql_tostring(lua_State *L)
{
    luaL_checkudata(L, 1, SQL_META);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

static int f_sql_eq(lua_State *L)
{
    lua_pushboolean(L, value_is_sql(L, 1) && value_is_sql(L, 2) &&
                           str_eq(value_sql_text(L, 1), value_sql_text(L, 2)));
    return 1;
}

/* sql "a" .. x is (sql "a") .. x to Lua. */
static int f_sql_concat(lua_State *L)
{
    error_raise(L, "sql \"...\" cannot be joined by '..': join the texts first, "
                   "sql(\"...\" .. name)");
}

static int f_null_tostring(lua_State *L)
{
    lua_pushliteral(L, "NULL");
    return 1;
}

void value_push_null(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, "moonshift.NULL");
}

bool value_is_null(lua_State *L, int at)
{
    return luaL_testudata(L, at, NULL_META) != NULL;
}

bool value_is_table(lua_State *L, int at)
{
    return lua_type(L, at) == LUA_TTABLE;
}

const char *value_describe(lua_State *L, int at)
{
    at = lua_absindex(L, at);
    switch (lua_type(L, at)) {
    case LUA_TNONE:
    case LUA_TNIL:
        return lua_pushliteral(L, "nothing");
    case LUA_TBOOLEAN:
        return lua_pushstring(L, lua_toboolean(L, at) ? "true" : "false");
    case LUA_TNUMBER:
        lua_pushvalue(L, at); /* lua_tolstring changes what it converts */
        return lua_pushfstring(L, "the number %s", lua_tostring(L, -1));
    case LUA_TSTRING: {
        str s = value_str(L, at);
        if (s.n > 40 || !text_ok(s))
            return lua_pushfstring(L, "a string of %d bytes", (int)s.n);
        return lua_pushfstring(L, "the string \"%s\"", s.p);
    }
    default:
        if (value_is_sql(L, at))
            return lua_pushliteral(L, "a sql \"...\" value");
        if (value_is_null(L, at))
            return lua_pushliteral(L, "NULL");
        return lua_pushfstring(L, "a %s", luaL_typename(L, at));
    }
}

static void new_meta(lua_State *L, const char *name, lua_CFunction tostring)
{
    luaL_newmetatable(L, name);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, tostring);
    lua_setfield(L, -2, "__tostring");
}

void value_open(lua_State *L)
{
    new_meta(L, SQL_META, f_sql_tostring);
    lua_pushcfunction(L, f_sql_eq);
    lua_setfield(L, -2, "__eq");
    lua_pushcfunction(L, f_sql_concat);
    lua_setfield(L, -2, "__concat");
    lua_pop(L, 1);
    new_meta(L, NULL_META, f_null_tostring);
    lua_pop(L, 1);
    lua_newuserdatauv(L, 0, 0);
    luaL_setmetatable(L, NULL_META);
    lua_setfield(L, LUA_REGISTRYINDEX, "moonshift.NULL");
}

/* ---- plain data ---- */

static void push_sql(lua_State *L, str text)
{
    lua_pushcfunction(L, value_sql);
    lua_pushlstring(L, text.p ? text.p : "", text.n);
    lua_call(L, 1, 1);
}

static void push_rec(lua_State *L, const struct rec *r)
{
    lua_createtable(L, 0, (int)r->shape->n_fields);
    for (size_t i = 0; i < r->shape->n_fields; i++) {
        str word = key_word(r->shape->fields[i].key);
        value_push(L, &r->at[i]);
        lua_setfield(L, -2, word.p);
    }
}

void value_push(lua_State *L, const struct val *v)
{
    luaL_checkstack(L, 6, "values nested too deeply");
    switch (v->kind) {
    case VAL_NONE:
        lua_pushnil(L);
        break;
    case VAL_NULL:
        value_push_null(L);
        break;
    case VAL_BOOL:
        lua_pushboolean(L, v->b);
        break;
    case VAL_INT:
        lua_pushinteger(L, v->i);
        break;
    case VAL_NUM:
        lua_pushnumber(L, v->num);
        break;
    case VAL_STR:
        lua_pushlstring(L, v->s.p ? v->s.p : "", v->s.n);
        break;
    case VAL_SQL:
        push_sql(L, v->s);
        break;
    case VAL_LIST:
        lua_createtable(L, (int)v->list.n, 0);
        for (size_t i = 0; i < v->list.n; i++) {
            value_push(L, &v->list.at[i]);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        break;
    case VAL_MAP:
        lua_createtable(L, 0, (int)v->map.n);
        for (size_t i = 0; i < v->map.n; i++) {
            lua_pushlstring(L, v->map.at[i].key.p, v->map.at[i].key.n);
            value_push(L, &v->map.at[i].val);
            lua_rawset(L, -3);
        }
        break;
    case VAL_REC:
        push_rec(L, v->rec);
        break;
    }
}

/* How many integer keys 1..n and how many string keys a table has; raises on others. */
static void count_keys(lua_State *L, int at, size_t *items, size_t *keys,
                       const char *what)
{
    lua_Integer highest = 0;
    *items = *keys = 0;
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1)) {
        if (lua_isinteger(L, -2) && lua_tointeger(L, -2) > 0) {
            highest = lua_tointeger(L, -2) > highest ? lua_tointeger(L, -2) : highest;
            ++*items;
        } else if (lua_type(L, -2) == LUA_TSTRING) {
            ++*keys;
        } else {
            error_raise(L, "%s: %s cannot be a key", what, value_describe(L, -2));
        }
    }
    if ((size_t)highest != *items)
        error_raise(L,
                    "%s: a list has a hole: %zu items, but the last one has index %lld",
                    what, *items, (long long)highest);
    if (*items && *keys)
        error_raise(L, "%s: a table has both list items and keys", what);
}

static struct val any(lua_State *L, int at, struct arena *a, const char *what, int depth);

static struct val any_table(lua_State *L, int at, struct arena *a, const char *what,
                            int depth)
{
    size_t items, keys;
    luaL_checkstack(L, 8, "values nested too deeply");
    count_keys(L, at, &items, &keys, what);
    lua_pushvalue(L, at);
    bool marked = json_is_array(L);
    lua_pop(L, 1);
    if (items || marked) {
        struct val v = val_list(a, items);
        for (size_t i = 0; i < items; i++) {
            lua_rawgeti(L, at, (lua_Integer)i + 1);
            v.list.at[i] = any(L, lua_gettop(L), a, what, depth + 1);
            lua_pop(L, 1);
        }
        return v;
    }
    struct val v = val_map(a, keys);
    size_t i = 0;
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1)) {
        struct pair *p = &v.map.at[i++];
        p->key = str_copy(a, value_str(L, -2));
        const char *inner = lua_pushfstring(L, "%s: %s", what, p->key.p);
        lua_insert(L, -2);
        p->val = any(L, lua_gettop(L), a, inner, depth + 1);
        lua_remove(L, -2);
    }
    map_sort(&v.map);
    return v;
}

static struct val any(lua_State *L, int at, struct arena *a, const char *what, int depth)
{
    if (depth > DEEPEST)
        error_raise(L, "%.*s: tables are nested more than %d deep",
                    (int)str_find(str_of(what), ':'), what, DEEPEST);
    switch (lua_type(L, at)) {
    case LUA_TNIL:
        return (struct val){.kind = VAL_NONE};
    case LUA_TBOOLEAN:
        return val_bool(lua_toboolean(L, at));
    case LUA_TNUMBER:
        return lua_isinteger(L, at) ? val_int(lua_tointeger(L, at))
                                    : val_num(lua_tonumber(L, at));
    case LUA_TSTRING:
        return val_str(str_copy(a, value_str(L, at)));
    case LUA_TTABLE:
        return any_table(L, at, a, what, depth);
    default:
        if (value_is_sql(L, at))
            return val_sql(str_copy(a, value_sql_text(L, at)));
        if (value_is_null(L, at))
            return val_null();
        error_raise(L, "%s: %s is no text, number, boolean or table", what,
                    value_describe(L, at));
    }
}

struct val value_any(lua_State *L, int at, struct arena *a, const char *what)
{
    return any(L, lua_absindex(L, at), a, what, 0);
}
