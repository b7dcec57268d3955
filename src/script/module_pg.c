/* The connection, its sink and the ledger for specs: require("moonshift_core").pg.
 *
 *   pg.url_normal(url), pg.url_masked(url), pg.sql_masked(sql), pg.cancel_after(ms)
 *   c = pg.open { url =, one_by_one =, role =, settings = { name = value } }
 *   c:exec(sql, { params..., line =, no_tx =, raw =, again =, guard = })
 *   c:query(sql, {...}) -> { { a, b }, ... }      c:each(sql, {...}, fn)
 *   c:copy_in(sql, { piece, ... }) -> rows         c:sync()  c:recover()  c:reset()
 *   c:read(names) -> rows, exists, schema          c:ensure(names)
 *   c:move(names, { removed =, added =, ... })     c:lock(names, wait_ms) c:unlock(names)
 *   c:log(names, limit)   c:notices()   c:pid()   c:in_transaction()   c:lost() c:close()
 *   c:round_trips()
 *
 * What fails returns nil and a table with the fields of struct err. */
#include "pg/ledger.h"
#include "plan/masked.h"

#include <lauxlib.h>
#include <lua.h>

#include <signal.h>
#include <string.h>
#include <sys/time.h>

void module_pg(lua_State *L);

#define CONN "moonshift.conn"
enum { MOST_PARAMS = 64 };

struct box {
    struct conn *conn;
    struct arena notices_in;
    str notices[256];
    size_t n_notices;
};

static void push(lua_State *L, str s)
{
    lua_pushlstring(L, s.p ? s.p : "", s.n);
}

static void put_field(lua_State *L, const char *key, str s)
{
    if (!s.p)
        return;
    push(L, s);
    lua_setfield(L, -2, key);
}

/* nil and the error as a table; the error is emptied. */
static int fail(lua_State *L, struct err *e)
{
    struct arena a = {0};
    lua_pushnil(L);
    lua_createtable(L, 0, 8);
    put_field(L, "message", e->message);
    put_field(L, "detail", e->detail);
    put_field(L, "hint", e->hint);
    put_field(L, "file", e->file);
    put_field(L, "sql", e->sql);
    put_field(L, "context", e->context);
    put_field(L, "sqlstate", str_of(e->sqlstate));
    put_field(L, "text", err_text(e, true, &a));
    lua_pushinteger(L, e->line);
    lua_setfield(L, -2, "line");
    lua_pushinteger(L, e->position);
    lua_setfield(L, -2, "position");
    err_clear(e);
    arena_reset(&a);
    return 2;
}

static int done(lua_State *L, bool ok, struct err *e)
{
    if (!ok)
        return fail(L, e);
    lua_pushboolean(L, 1);
    return 1;
}

static str string_at(lua_State *L, int index)
{
    size_t n;
    const char *p = luaL_checklstring(L, index, &n);
    return (str){p, n};
}

/* A string field; it stays on the stack, so that its bytes stay. */
static str string_field(lua_State *L, int table, const char *key)
{
    size_t n;
    if (!lua_istable(L, table))
        return STR_NONE;
    lua_getfield(L, table, key);
    const char *p = lua_tolstring(L, -1, &n);
    return p ? (str){p, n} : STR_NONE;
}

static bool flag_field(lua_State *L, int table, const char *key)
{
    if (!lua_istable(L, table))
        return false;
    lua_getfield(L, table, key);
    bool on = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return on;
}

static int integer_field(lua_State *L, int table, const char *key)
{
    if (!lua_istable(L, table))
        return 0;
    lua_getfield(L, table, key);
    int n = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return n;
}

static int url_normal_of(lua_State *L)
{
    struct arena a = {0};
    struct err e = {0};
    str out;
    bool ok = url_normal(string_at(L, 1), &out, &a, &e);
    if (ok)
        push(L, out);
    arena_reset(&a);
    return ok ? 1 : fail(L, &e);
}

static void on_alarm(int number)
{
    (void)number;
    conn_cancel_from_signal();
}

/* As SIGINT would, after some milliseconds. */
static int cancel_after(lua_State *L)
{
    int ms = (int)luaL_checkinteger(L, 1);
    struct itimerval timer = {
        .it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &timer, NULL);
    return 0;
}

static int url_masked_of(lua_State *L)
{
    struct arena a = {0};
    push(L, url_masked(string_at(L, 1), &a));
    arena_reset(&a);
    return 1;
}

static int sql_masked_of(lua_State *L)
{
    struct arena a = {0};
    push(L, sql_masked(string_at(L, 1), &a));
    arena_reset(&a);
    return 1;
}

static void keep_notice(void *context, str severity, str text)
{
    struct box *box = context;
    if (box->n_notices < sizeof box->notices / sizeof *box->notices)
        box->notices[box->n_notices++] =
            str_fmt(&box->notices_in, "%.*s: %.*s", STR_ARG(severity), STR_ARG(text));
}

static int open_conn(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct box *box = lua_newuserdatauv(L, sizeof *box, 0);
    memset(box, 0, sizeof *box);
    luaL_setmetatable(L, CONN);
    int handle = lua_gettop(L);
    struct setting settings[16] = {0};
    struct conn_options options = {
        .url = string_field(L, 1, "url"),
        .database = string_field(L, 1, "database"),
        .role = string_field(L, 1, "role"),
        .one_by_one = flag_field(L, 1, "one_by_one"),
        .echo = flag_field(L, 1, "echo"),
        .notice = keep_notice,
        .notice_context = box,
        .settings = settings,
    };
    lua_getfield(L, 1, "settings");
    for (lua_pushnil(L); lua_istable(L, -2) && lua_next(L, -2);) {
        struct setting *s = &settings[options.n_settings++];
        *s = (struct setting){str_of(lua_tostring(L, -2)),
                              str_of(luaL_checkstring(L, -1))};
        lua_pop(L, 1);
    }
    struct err e = {0};
    box->conn = conn_open(&options, &e);
    if (!box->conn)
        return fail(L, &e);
    lua_pushvalue(L, handle);
    return 1;
}

static struct box *box_at(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, CONN);
    luaL_argcheck(L, box->conn, 1, "the connection is closed");
    return box;
}

static struct sink *sink_at(lua_State *L)
{
    return conn_sink(box_at(L)->conn);
}

static int close_conn(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, CONN);
    conn_close(box->conn);
    box->conn = NULL;
    arena_reset(&box->notices_in);
    return 0;
}

/* The statement at index 2 with its options at 3; texts stay on the stack. */
static struct stmt stmt_at(lua_State *L, struct param *params)
{
    struct stmt stmt = {.sql = string_at(L, 2), .params = params};
    lua_settop(L, lua_gettop(L) < 4 ? 4 : lua_gettop(L));
    luaL_checkstack(L, MOST_PARAMS + 16, NULL);
    if (!lua_istable(L, 3))
        return stmt;
    lua_getfield(L, 3, "n");
    size_t n = lua_isinteger(L, -1) ? (size_t)lua_tointeger(L, -1) : lua_rawlen(L, 3);
    luaL_argcheck(L, n <= MOST_PARAMS, 3, "too many parameters");
    for (size_t i = 0; i < n; i++) {
        lua_geti(L, 3, (lua_Integer)i + 1);
        params[i].null = lua_isnil(L, -1);
        if (!params[i].null)
            params[i].text = string_at(L, -1);
    }
    stmt.n_params = n;
    stmt.from.line = integer_field(L, 3, "line");
    if (stmt.from.line)
        stmt.from.file = STR("migrations/x.lua");
    stmt.first_line = integer_field(L, 3, "first_line");
    stmt.guard = string_field(L, 3, "guard");
    stmt.flags = (flag_field(L, 3, "no_tx") ? STMT_NO_TX : 0u) |
                 (flag_field(L, 3, "raw") ? STMT_RAW : 0u) |
                 (flag_field(L, 3, "quiet") ? STMT_QUIET : 0u) |
                 (flag_field(L, 3, "again") ? STMT_AGAIN : 0u);
    return stmt;
}

static int exec(lua_State *L)
{
    struct param params[MOST_PARAMS] = {0};
    struct err e = {0};
    struct sink *s = sink_at(L);
    struct stmt stmt = stmt_at(L, params);
    return done(L, s->exec(s, &stmt, &e), &e);
}

/* The same statement many times, to see that sending and reading do not block. */
static int exec_times(lua_State *L)
{
    struct param params[MOST_PARAMS] = {0};
    struct err e = {0};
    struct sink *s = sink_at(L);
    struct stmt stmt = stmt_at(L, params);
    bool ok = true;
    for (int i = 0; ok && i < integer_field(L, 3, "times"); i++) {
        stmt.from.line = i + 1;
        ok = s->exec(s, &stmt, &e);
    }
    return done(L, ok, &e);
}

static void push_cells(lua_State *L, const struct cell *cells, size_t n)
{
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        if (cells[i].null)
            continue;
        push(L, cells[i].text);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_rows(lua_State *L, const struct rows *rows)
{
    lua_createtable(L, (int)rows->n_rows, 1);
    for (size_t i = 0; i < rows->n_rows; i++) {
        push_cells(L, rows->cells + i * rows->n_columns, rows->n_columns);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    put_field(L, "tag", rows->tag);
}

static int query(lua_State *L)
{
    struct param params[MOST_PARAMS] = {0};
    struct err e = {0};
    struct arena a = {0};
    struct rows rows;
    struct sink *s = sink_at(L);
    struct stmt stmt = stmt_at(L, params);
    bool ok = s->query(s, &stmt, &rows, &a, &e);
    if (ok)
        push_rows(L, &rows);
    arena_reset(&a);
    return ok ? 1 : fail(L, &e);
}

static bool call_row(void *context, const struct rows *shape, const struct cell *row,
                     struct err *e)
{
    lua_State *L = context;
    lua_pushvalue(L, 4);
    push_cells(L, row, shape->n_columns);
    if (lua_pcall(L, 1, 0, 0) == LUA_OK)
        return true;
    err_set(e, ERR_FAILED, "%s", luaL_tolstring(L, -1, NULL));
    lua_pop(L, 2);
    return false;
}

static int each(lua_State *L)
{
    struct param params[MOST_PARAMS] = {0};
    struct err e = {0};
    struct sink *s = sink_at(L);
    struct stmt stmt = stmt_at(L, params);
    return done(L, s->each(s, &stmt, call_row, L, &e), &e);
}

struct pieces {
    lua_State *L;
    lua_Integer next;
};

/* Pieces are texts; `false` in their place makes the source fail. */
static bool next_piece(void *context, str *piece, struct err *e)
{
    struct pieces *p = context;
    int type = lua_geti(p->L, 3, p->next++);
    *piece = STR_NONE;
    if (type == LUA_TBOOLEAN)
        return err_set(e, ERR_FAILED, "the source failed");
    if (type == LUA_TSTRING)
        *piece = string_at(p->L, -1);
    lua_pop(p->L, 1); /* the table keeps it */
    return true;
}

static int copy_in(lua_State *L)
{
    struct err e = {0};
    int64_t rows;
    struct sink *s = sink_at(L);
    struct stmt stmt = {.sql = string_at(L, 2)};
    struct pieces pieces = {L, 1};
    luaL_checktype(L, 3, LUA_TTABLE);
    if (!s->copy_in(s, &stmt, next_piece, &pieces, &rows, &e))
        return fail(L, &e);
    lua_pushinteger(L, rows);
    return 1;
}

static int sync_all(lua_State *L)
{
    struct err e = {0};
    struct sink *s = sink_at(L);
    return done(L, s->sync(s, &e), &e);
}

static int recover(lua_State *L)
{
    struct err e = {0};
    return done(L, conn_recover(box_at(L)->conn, &e), &e);
}

static int reset(lua_State *L)
{
    struct err e = {0};
    return done(L, conn_reset_session(box_at(L)->conn, &e), &e);
}

static int pid(lua_State *L)
{
    lua_pushinteger(L, conn_pid(box_at(L)->conn));
    return 1;
}

static int in_transaction(lua_State *L)
{
    lua_pushboolean(L, conn_in_transaction(box_at(L)->conn));
    return 1;
}

static int round_trips(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)conn_round_trips(box_at(L)->conn));
    return 1;
}

static int lost(lua_State *L)
{
    lua_pushboolean(L, conn_lost(box_at(L)->conn));
    return 1;
}

static int notices(lua_State *L)
{
    struct box *box = box_at(L);
    lua_createtable(L, (int)box->n_notices, 0);
    for (size_t i = 0; i < box->n_notices; i++) {
        push(L, box->notices[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    box->n_notices = 0;
    arena_reset(&box->notices_in);
    return 1;
}

/* -- the ledger --------------------------------------------------------------------- */

static struct ledger_names names_at(lua_State *L)
{
    struct ledger_names names = {.schema = string_field(L, 2, "schema"),
                                 .version_table = string_field(L, 2, "table")};
    if (!names.version_table.p)
        names.version_table = STR("moonshift_version");
    return names;
}

static int ledger_read_all(lua_State *L)
{
    struct err e = {0};
    struct arena a = {0};
    struct strs rows;
    bool exists;
    struct sink *s = sink_at(L);
    struct ledger_names names = names_at(L);
    bool ok = ledger_read(s, &names, &rows, &exists, &a, &e);
    if (ok) {
        lua_createtable(L, (int)rows.n, 0);
        for (size_t i = 0; i < rows.n; i++) {
            push(L, rows.at[i]);
            lua_seti(L, -2, (lua_Integer)i + 1);
        }
        lua_pushboolean(L, exists);
        push(L, names.schema);
    }
    arena_reset(&a);
    return ok ? 3 : fail(L, &e);
}

static int ensure(lua_State *L)
{
    struct err e = {0};
    struct arena a = {0};
    struct sink *s = sink_at(L);
    struct ledger_names names = names_at(L);
    bool ok = ledger_ensure(s, &names, &a, &e);
    arena_reset(&a);
    return done(L, ok, &e);
}

static struct strs strs_field(lua_State *L, int table, const char *key, struct arena *a)
{
    struct strs list = {0};
    lua_getfield(L, table, key);
    for (lua_Integer i = 1; lua_istable(L, -1) && lua_geti(L, -1, i) == LUA_TSTRING;
         i++) {
        strs_add(&list, str_copy(a, string_at(L, -1)), a);
        lua_pop(L, 1);
    }
    return list;
}

static int move(lua_State *L)
{
    struct err e = {0};
    struct arena a = {0};
    struct sink *s = sink_at(L);
    struct ledger_names names = names_at(L);
    struct step step = {.removed = strs_field(L, 3, "removed", &a),
                        .added = strs_field(L, 3, "added", &a)};
    struct run run = {
        .revision = string_field(L, 3, "revision"),
        .message = string_field(L, 3, "message"),
        .checksum = string_field(L, 3, "checksum"),
        .user = string_field(L, 3, "user"),
        .host = string_field(L, 3, "host"),
        .program = string_field(L, 3, "program"),
        .up = flag_field(L, 3, "up"),
        .stamped = flag_field(L, 3, "stamped"),
    };
    bool ok = ledger_move(s, &names, &step, &run, &a, &e);
    arena_reset(&a);
    return done(L, ok, &e);
}

static void tell_waiting(void *context, str holder)
{
    lua_State *L = context;
    push(L, holder);
    lua_seti(L, 4, (lua_Integer)lua_rawlen(L, 4) + 1);
}

/* true and the texts that were told while waiting. */
static int lock(lua_State *L)
{
    struct err e = {0};
    struct conn *c = box_at(L)->conn;
    int64_t wait_ms = luaL_optinteger(L, 3, -1);
    lua_settop(L, 3);
    lua_newtable(L);
    struct ledger_names names = names_at(L);
    struct lock_options options = {
        .wait_ms = wait_ms, .waiting = tell_waiting, .context = L};
    if (!ledger_lock(c, &names, &options, &e))
        return fail(L, &e);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 4);
    return 2;
}

static int unlock(lua_State *L)
{
    struct err e = {0};
    struct ledger_names names = names_at(L);
    return done(L, ledger_unlock(box_at(L)->conn, &names, &e), &e);
}

static int read_log(lua_State *L)
{
    struct err e = {0};
    struct arena a = {0};
    struct rows rows;
    struct sink *s = sink_at(L);
    int64_t limit = luaL_optinteger(L, 3, 0);
    struct ledger_names names = names_at(L);
    bool ok = ledger_log(s, &names, limit, &rows, &a, &e);
    if (ok)
        push_rows(L, &rows);
    arena_reset(&a);
    return ok ? 1 : fail(L, &e);
}

void module_pg(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"exec", exec},       {"exec_times", exec_times},
        {"query", query},     {"each", each},
        {"copy_in", copy_in}, {"sync", sync_all},
        {"recover", recover}, {"reset", reset},
        {"pid", pid},         {"in_transaction", in_transaction},
        {"lost", lost},       {"round_trips", round_trips},
        {"notices", notices}, {"read", ledger_read_all},
        {"ensure", ensure},   {"move", move},
        {"lock", lock},       {"unlock", unlock},
        {"log", read_log},    {"close", close_conn},
        {"__gc", close_conn}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"url_normal", url_normal_of},
                                         {"url_masked", url_masked_of},
                                         {"open", open_conn},
                                         {"sql_masked", sql_masked_of},
                                         {"cancel_after", cancel_after},
                                         {NULL, NULL}};
    luaL_newmetatable(L, CONN);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
}
