#include "script/version.h"

#include <lua.h>

const char *lua_version_text(void)
{
    return LUA_RELEASE;
}
