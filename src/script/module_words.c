/* moonshift_core.words: what scripts see, so that a spec can compare it with what editors
 * are told. */
#include "script/inner.h"

#include <lauxlib.h>
#include <string.h>

void module_words(lua_State *L);

struct words {
    struct buf *out;
    enum box kind;
};

/* The names of the table on top, each behind `prefix`. */
static void put_table(lua_State *L, struct buf *b, const char *prefix)
{
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            buf_fmt(b, "%s%s\n", prefix, lua_tostring(L, -2));
        lua_pop(L, 1);
    }
}

/* Pushes what a proxy on top shows: box_lock keeps it with the function that reads it. */
static bool push_behind(lua_State *L)
{
    if (!lua_getmetatable(L, -1))
        return false;
    lua_getfield(L, -1, "__index");
    lua_remove(L, -2);
    if (!lua_iscfunction(L, -1) || !lua_getupvalue(L, -1, 1)) {
        lua_pop(L, 1);
        return false;
    }
    lua_remove(L, -2);
    return true;
}

static int f_collect(lua_State *L)
{
    struct words *w = lua_touserdata(L, 1);
    box_push_names(L, w->kind);
    put_table(L, w->out, "");
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_istable(L, -1) && push_behind(L)) {
            const char *prefix = lua_pushfstring(L, "%s.", lua_tostring(L, -3));
            lua_insert(L, -2);
            put_table(L, w->out, prefix);
            lua_pop(L, 2);
        }
        lua_pop(L, 1);
    }
    return 0;
}

/* words(kind): a text with one name a line, "op.create_table"; kind is "migration" or
 * "model". Of a migration with the fields of ctx. */
static int f_words(lua_State *L)
{
    struct arena a = {0};
    struct err e = {0};
    struct buf b = buf_in(&a);
    bool model = strcmp(luaL_checkstring(L, 1), "model") == 0;
    struct words w = {&b, model ? BOX_MODEL : BOX_MIGRATION};
    struct vm *vm = vm_open(&e);
    bool ok = vm && vm_protect(vm->L, f_collect, &w, &e);
    struct val ctx = context_val(&(struct context){0}, &a);
    for (size_t i = 0; !model && i < ctx.map.n; i++)
        buf_fmt(&b, "ctx.%.*s\n", STR_ARG(ctx.map.at[i].key));
    lua_pushlstring(L, b.p ? b.p : "", ok ? b.n : 0);
    vm_close(vm);
    err_clear(&e);
    arena_reset(&a);
    return 1;
}

void module_words(lua_State *L)
{
    lua_pushcfunction(L, f_words);
}
