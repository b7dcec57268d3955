/* log and ctx: what a migration says, and what it is told. */
#include "script/inner.h"

/* log(...) and log.LEVEL(...): the arguments as text, with blanks between. */
static int f_log(lua_State *L)
{
    const char *level = lua_tostring(L, lua_upvalueindex(1));
    int first = (int)lua_tointeger(L, lua_upvalueindex(2));
    struct host *host = host_of(L, "log");
    int n = lua_gettop(L);
    struct arena *scratch = box_arena(L);
    struct buf b = buf_in(scratch);
    for (int i = first; i <= n; i++) {
        str piece;
        piece.p = luaL_tolstring(L, i, &piece.n);
        if (i > first)
            buf_char(&b, ' ');
        buf_str(&b, piece);
        lua_pop(L, 1);
    }
    host->log(host, str_of(level), buf_done(&b));
    return 0;
}

static void push_log(lua_State *L, const char *level, int first)
{
    lua_pushstring(L, level);
    lua_pushinteger(L, first);
    lua_pushcclosure(L, f_log, 2);
}

void log_open(lua_State *L)
{
    static const char *const levels[] = {"info", "warn", "debug"};
    box_push_names(L, BOX_MIGRATION);
    lua_newtable(L);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        push_log(L, levels[i], 1);
        lua_setfield(L, -2, levels[i]);
    }
    box_lock(L, "log");
    lua_getmetatable(L, -1);
    push_log(L, "info", 2); /* the first argument of __call is log itself */
    lua_setfield(L, -2, "__call");
    lua_pop(L, 1);
    lua_setfield(L, -2, "log");
    push_log(L, "info", 1);
    lua_setfield(L, -2, "print");
    lua_pop(L, 1);
}

void ctx_push(lua_State *L)
{
    value_push(L, &vm_of(L)->host->ctx);
    if (!lua_istable(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    box_lock(L, "ctx");
}
