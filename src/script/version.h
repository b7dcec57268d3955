/* Which Lua this program runs with. */
#ifndef MOONSHIFT_SCRIPT_VERSION_H
#define MOONSHIFT_SCRIPT_VERSION_H

const char *lua_version_text(void); /* "Lua 5.4.4" */

#endif
