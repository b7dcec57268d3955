/* moonshift_core.base: text, for the unit specs. */
#include "base/str.h"

#include <lauxlib.h>
#include <lua.h>

void module_base(lua_State *L);

static str check_str(lua_State *L, int at)
{
    str s;
    s.p = luaL_checklstring(L, at, &s.n);
    return s;
}

/* nearest(word, candidate, ...): the candidate that was meant, or nil. */
static int f_nearest(lua_State *L)
{
    str candidates[16];
    int n = lua_gettop(L) - 1;
    luaL_argcheck(L, n >= 0 && n <= 16, 1, "at most 16 candidates");
    for (int i = 0; i < n; i++)
        candidates[i] = check_str(L, i + 2);
    str found = str_nearest(check_str(L, 1), candidates, (size_t)n);
    if (!found.p)
        lua_pushnil(L);
    else
        lua_pushlstring(L, found.p, found.n);
    return 1;
}

/* int(text): the integer, or nil. */
static int f_int(lua_State *L)
{
    long value;
    if (str_int(check_str(L, 1), &value))
        lua_pushinteger(L, value);
    else
        lua_pushnil(L);
    return 1;
}

/* split(text, at): the pieces as a list. */
static int f_split(lua_State *L)
{
    str rest = check_str(L, 1), piece;
    char at = *luaL_checkstring(L, 2);
    lua_newtable(L);
    for (lua_Integer i = 1; str_split(&rest, at, &piece); i++) {
        lua_pushlstring(L, piece.p, piece.n);
        lua_rawseti(L, -2, i);
    }
    return 1;
}

void module_base(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"nearest", f_nearest}, {"int", f_int}, {"split", f_split}, {NULL, NULL}};
    luaL_newlib(L, functions);
}
