/* db.copy_to: rows out, to a file beside the migration or to a function. */
#include "plan/quote.h"
#include "script/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define META "moonshift.copy-to"

static const char what[] = "db.copy_to";

/* The file that is written under a name of its own until it is whole. A coroutine that
 * died of an error is closed by the collector, when the host and its arena may be gone: what
 * f_close needs stands in the box itself. */
struct target {
    int fd; /* one more than the descriptor: 0 is none */
    const char *path;
    char part[];
};

/* What is not finished when the box goes has failed. */
static int f_close(lua_State *L)
{
    struct target *t = lua_touserdata(L, 1);
    if (t->fd) {
        close(t->fd - 1);
        unlink(t->part);
    }
    t->fd = 0;
    return 0;
}

static struct target *open_target(lua_State *L, struct host *host, str name)
{
    str path = data_beside(L, host, name, what, host->arena);
    str part = str_fmt(host->arena, "%.*s.part", STR_ARG(path));
    struct target *t = lua_newuserdatauv(L, sizeof *t + part.n + 1, 0);
    *t = (struct target){.path = path.p};
    memcpy(t->part, part.p, part.n + 1);
    luaL_setmetatable(L, META);
    lua_toclose(L, -1);
    t->fd = open(t->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) + 1;
    if (t->fd == 0)
        error_raise(L, "%s: %s cannot be written: %s", what, t->path, strerror(errno));
    return t;
}

static bool to_file(void *context, str piece, struct err *e)
{
    struct target *t = context;
    while (piece.n) {
        ssize_t n = write(t->fd - 1, piece.p, piece.n);
        if (n < 0 && errno == EINTR && !vm_interrupted)
            continue;
        if (n < 0)
            return err_set(e, ERR_FAILED, "%s cannot be written: %s", t->path,
                           strerror(errno));
        piece = str_cut(piece, (size_t)n, piece.n);
    }
    return true;
}

static void finish(lua_State *L, struct target *t)
{
    int fd = t->fd - 1;
    bool whole = fsync(fd) == 0 || errno == EINVAL;
    whole = close(fd) == 0 && whole;
    t->fd = 0;
    if (!whole || rename(t->part, t->path) != 0) {
        int why = errno;
        unlink(t->part);
        error_raise(L, "%s: %s cannot be written: %s", what, t->path, strerror(why));
    }
}

struct receiver {
    lua_State *L;
    int function;
};

/* Called with the function and the piece. */
static int f_receive(lua_State *L)
{
    const str *piece = lua_touserdata(L, 2);
    lua_settop(L, 1);
    lua_pushlstring(L, piece->p, piece->n);
    lua_call(L, 1, 0);
    return 0;
}

static bool to_function(void *context, str piece, struct err *e)
{
    const struct receiver *r = context;
    if (!lua_checkstack(r->L, 8))
        return err_set(e, ERR_FAILED, "not enough memory for Lua's stack");
    lua_pushcfunction(r->L, f_receive);
    lua_pushvalue(r->L, r->function);
    lua_pushlightuserdata(r->L, &piece);
    return vm_protect_call(r->L, 2, 0, e);
}

/* One word is a table's name, anything else a query. */
static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr(" \t\r\n();,'\"", s.p[i]))
            return false;
    return s.n > 0;
}

static str copy_sql(lua_State *L, const struct rec *args, struct arena *a)
{
    struct buf b = buf_in(a);
    str source = str_trim(rec_str(args, K_source));
    while (source.n && source.p[source.n - 1] == ';')
        source = str_trim(str_cut(source, 0, source.n - 1));
    if (source.n == 0)
        error_raise(L, "%s takes the name of a table or a query", what);
    buf_put(&b, "COPY ");
    if (is_name(source)) {
        quote_name(&b, rec_str(args, K_schema), source);
        data_put_columns(&b, args);
    } else {
        buf_fmt(&b, "(%.*s\n)", STR_ARG(source)); /* a comment at its end stops there */
    }
    buf_put(&b, " TO STDOUT");
    data_put_options(&b, args);
    return buf_done(&b);
}

/* db.copy_to(table | query, file | function, options): the number of rows. A function is
 * called with the text of each row. */
static int f_copy_to(lua_State *L)
{
    struct host *host = host_of(L, what);
    int n = lua_gettop(L);
    luaL_checkstack(L, 16, NULL);
    bool called = lua_isfunction(L, 2);
    struct rec *args = rec_new(host->arena, &shape_copy_to);
    if (called) { /* the reader sees text in its place */
        lua_pushvalue(L, 2);
        lua_pushliteral(L, "function");
        lua_replace(L, 2);
    }
    read_call(L, what, n, args, NULL, host->arena);
    struct err *e = box_err(L);
    struct stmt s = {.sql = copy_sql(L, args, host->arena), .from = error_place(L)};
    int64_t rows = 0;
    bool ok;
    if (called) {
        struct receiver receiver = {L, n + 1};
        ok = host->copy_out(host, &s, to_function, &receiver, &rows, e);
    } else {
        struct target *t = open_target(L, host, rec_str(args, K_target));
        ok = host->copy_out(host, &s, to_file, t, &rows, e);
        if (ok)
            finish(L, t);
    }
    if (!ok)
        error_raise_err(L, e);
    lua_pushinteger(L, rows);
    return 1;
}

/* Adds to the table `db` on top. */
void copy_to_open(lua_State *L)
{
    luaL_newmetatable(L, META);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, f_close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, f_close);
    lua_setfield(L, -2, "__close");
    lua_pop(L, 1);
    lua_pushcfunction(L, f_copy_to);
    lua_setfield(L, -2, "copy_to");
}
