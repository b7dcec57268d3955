/* db: reading rows. Parameters travel beside the text, never inside it. */
#include "script/inner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Type oids, fixed in pg_type.dat. */
enum {
    BOOLOID = 16,
    INT8OID = 20,
    INT2OID = 21,
    INT4OID = 23,
    OIDOID = 26,
    FLOAT4OID = 700,
    FLOAT8OID = 701
};

/* ---- parameters ---- */

static struct param param_of(lua_State *L, int at, struct arena *a, const char *what,
                             int number)
{
    struct param p = {STR_NONE, false};
    if (lua_isnil(L, at))
        error_raise(L, "%s: parameter %d is nil: write db.NULL for NULL", what, number);
    const char *who = lua_pushfstring(L, "%s: parameter %d", what, number);
    lua_pushvalue(L, at);
    p.null = !param_text(L, &p.text, a, who);
    lua_pop(L, 2);
    return p;
}

/* The statement from arguments 1..n: text, then parameters. */
static struct stmt stmt_of(lua_State *L, int n, struct arena *a, const char *what)
{
    struct stmt s = {.from = error_place(L)};
    if (n < 1 || !(lua_type(L, 1) == LUA_TSTRING || value_is_sql(L, 1)))
        error_raise(L, "%s takes SQL text, got %s", what,
                    n < 1 ? "nothing" : value_describe(L, 1));
    str text = value_is_sql(L, 1) ? value_sql_text(L, 1) : value_str(L, 1);
    if (!text_ok(text))
        error_raise(L, "%s takes UTF-8 text without NUL bytes", what);
    text = str_trim(text);
    while (text.n && text.p[text.n - 1] == ';')
        text = str_trim(str_cut(text, 0, text.n - 1));
    if (text.n == 0)
        error_raise(L, "%s: the SQL text is empty", what);
    s.sql = str_copy(a, text);
    s.n_params = (size_t)(n - 1);
    struct param *params = NEW_N(a, struct param, s.n_params);
    for (int i = 0; i + 1 < n; i++)
        params[i] = param_of(L, i + 2, a, what, i + 1);
    s.params = params;
    return s;
}

/* ---- rows ---- */

static void push_cell(lua_State *L, const struct cell *c, unsigned type)
{
    char *end;
    long long i;
    if (c->null) {
        lua_pushnil(L);
        return;
    }
    switch (type) {
    case BOOLOID:
        lua_pushboolean(L, str_is(c->text, "t"));
        return;
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case OIDOID:
        errno = 0;
        i = strtoll(c->text.p, &end, 10);
        if (errno == 0 && *end == '\0') {
            lua_pushinteger(L, i);
            return;
        }
        break;
    case FLOAT4OID:
    case FLOAT8OID: {
        double number = strtod(c->text.p, &end); /* knows "NaN" and "Infinity", too */
        if (*end == '\0') {
            lua_pushnumber(L, number);
            return;
        }
        break;
    }
    default:
        break;
    }
    lua_pushlstring(L, c->text.p, c->text.n);
}

static void push_row(lua_State *L, const struct rows *shape, const struct cell *row)
{
    lua_createtable(L, 0, (int)shape->n_columns);
    for (size_t i = 0; i < shape->n_columns; i++) {
        lua_pushlstring(L, shape->names[i].p, shape->names[i].n);
        push_cell(L, &row[i], shape->types[i]);
        lua_rawset(L, -3);
    }
}

/* Runs the query of the first n arguments; rows live in a boxed arena. */
static struct rows *run_query(lua_State *L, int n, const char *what)
{
    struct host *host = host_of(L, what);
    luaL_checkstack(L, 16, NULL);
    struct arena *a = box_arena(L);
    struct err *e = box_err(L);
    struct rows *rows = NEW(a, struct rows);
    struct stmt s = stmt_of(L, n, a, what);
    if (!host->query(host, &s, rows, a, e))
        error_raise_err(L, e);
    return rows;
}

void db_push_rows(lua_State *L, const struct rows *rows)
{
    lua_createtable(L, (int)rows->n_rows, 0);
    for (size_t i = 0; i < rows->n_rows; i++) {
        push_row(L, rows, rows->cells + i * rows->n_columns);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* db.query(text, ...): a list of rows, each a table by column name. */
static int f_query(lua_State *L)
{
    db_push_rows(L, run_query(L, lua_gettop(L), "db.query"));
    return 1;
}

/* db.one(text, ...): the only row, or nil; more than one is an error. */
static int f_one(lua_State *L)
{
    struct rows *rows = run_query(L, lua_gettop(L), "db.one");
    if (rows->n_rows > 1)
        error_raise(L, "db.one: the query gives %zu rows (db.query reads them all)",
                    rows->n_rows);
    if (rows->n_rows == 0)
        lua_pushnil(L);
    else
        push_row(L, rows, rows->cells);
    return 1;
}

/* db.scalar(text, ...): the first column of the first row, nil when there is no row. */
static int f_scalar(lua_State *L)
{
    struct rows *rows = run_query(L, lua_gettop(L), "db.scalar");
    if (rows->n_rows == 0 || rows->n_columns == 0)
        lua_pushnil(L);
    else
        push_cell(L, rows->cells, rows->types[0]);
    return 1;
}

struct visit {
    lua_State *L;
    int function;
};

static int f_visit(lua_State *L)
{
    const struct rows *shape = lua_touserdata(L, 2);
    const struct cell *row = lua_touserdata(L, 3);
    lua_settop(L, 1);
    push_row(L, shape, row);
    lua_call(L, 1, 0);
    return 0;
}

static bool each_row(void *context, const struct rows *shape, const struct cell *row,
                     struct err *e)
{
    struct visit *v = context;
    if (!lua_checkstack(v->L, 8))
        return err_set(e, ERR_FAILED, "not enough memory for Lua's stack");
    lua_pushcfunction(v->L, f_visit);
    lua_pushvalue(v->L, v->function);
    lua_pushlightuserdata(v->L, (void *)(uintptr_t)shape);
    lua_pushlightuserdata(v->L, (void *)(uintptr_t)row);
    return vm_protect_call(v->L, 3, 0, e);
}

/* The iterator of db.each without a function: upvalues are the rows and the last index.
 */
static int f_next(lua_State *L)
{
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2)) + 1;
    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(2));
    lua_rawgeti(L, lua_upvalueindex(1), i);
    return 1;
}

/* db.each(text, ..., fn): calls fn(row) while the rows arrive, in constant memory.
 * db.each(text, ...) is an iterator for `for row in`: the rows are fetched first, so the
 * loop's body can use op and db. */
static int f_each(lua_State *L)
{
    int n = lua_gettop(L);
    if (n > 1 && lua_isfunction(L, n)) {
        struct host *host = host_of(L, "db.each");
        luaL_checkstack(L, 16, NULL);
        struct arena *a = box_arena(L);
        struct err *e = box_err(L);
        struct stmt s = stmt_of(L, n - 1, a, "db.each");
        struct visit v = {L, n};
        if (!host->each(host, &s, each_row, &v, e))
            error_raise_err(L, e);
        return 0;
    }
    db_push_rows(L, run_query(L, n, "db.each"));
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, f_next, 2);
    return 1;
}

void db_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"query", f_query},
                                         {"one", f_one},
                                         {"scalar", f_scalar},
                                         {"each", f_each},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    value_push_null(L);
    lua_setfield(L, -2, "NULL");
    db_json_open(L);
    copy_to_open(L);
    lua_pushcfunction(L, param_decode_array);
    lua_setfield(L, -2, "decode_array");
    box_lock(L, "db");
    box_push_names(L, BOX_MIGRATION);
    lua_insert(L, -2);
    lua_setfield(L, -2, "db");
    lua_pop(L, 1);
}
