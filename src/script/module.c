/* The core as a Lua module, for the unit specs: require "moonshift_core".
 *
 * Each src/script/module_NAME.c gives one part: `void module_NAME(lua_State *L)` pushes a
 * table, which becomes the field NAME of the module. CMake finds the parts by their file
 * names and writes module_parts.def. */
#include <lauxlib.h>
#include <lua.h>

#define PART(name) void module_##name(lua_State *L);
#include "module_parts.def"
#undef PART

int luaopen_moonshift_core(lua_State *L);
int luaopen_moonshift_core(lua_State *L)
{
    lua_newtable(L);
#define PART(name)                                                                       \
    module_##name(L);                                                                    \
    lua_setfield(L, -2, #name);
#include "module_parts.def"
#undef PART
    return 1;
}
