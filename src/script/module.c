/* The core as a Lua module, for the unit specs: require "moonshift_core". */
#include <lauxlib.h>
#include <lua.h>

int luaopen_moonshift_core(lua_State *L);
int luaopen_moonshift_core(lua_State *L)
{
    lua_newtable(L);
    return 1;
}
