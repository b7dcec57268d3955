/* op.backfill: the operation, and the functions of the migration that it calls. */
#include "script/inner.h"

static const char what[] = "op.backfill";

struct functions {
    lua_State *L;
    int apply, on_batch; /* stack indexes; 0: none */
};

/* ---- rows that apply returned ---- */

/* What f_collect works on. */
struct collecting {
    const struct rows *rows;
    struct row_writes *out;
    struct arena *a;
};

/* The columns that the row on top names, sorted. */
static str *columns_of(lua_State *L, size_t row, size_t *n, struct arena *a)
{
    str *names = NULL;
    size_t room = 0;
    *n = 0;
    if (!value_is_table(L, -1))
        error_raise(L, "%s: row %d of what apply returned is no table: %s", what,
                    (int)row, value_describe(L, -1));
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            error_raise(L, "%s: row %d of what apply returned: %s is no name of a column",
                        what, (int)row, value_describe(L, -2));
        *PUSH(a, names, *n, room) = str_copy(a, value_str(L, -2));
    }
    str_sort(names, *n);
    return names;
}

static bool same_columns(const struct row_write *w, const str *names, size_t n)
{
    bool same = w->columns.n == n;
    for (size_t i = 0; same && i < n; i++)
        same = str_eq(w->columns.at[i].s, names[i]);
    return same;
}

/* A column's value, as text that its type will read. A list out of a JSON document stays
 * JSON, which can become an array or a document. */
static void put_field(lua_State *L, struct buf *b)
{
    str text;
    if (value_is_table(L, -1) && json_is_array(L))
        json_put(L, b);
    else if (param_text(L, &text, b->arena, "op.backfill: a value that apply returned"))
        json_put_text(L, b, text);
    else
        buf_put(b, "null");
}

static void put_object(lua_State *L, struct buf *b, const str *names, size_t n)
{
    int row = lua_gettop(L);
    buf_char(b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(b, ',');
        json_put_text(L, b, names[i]);
        buf_char(b, ':');
        lua_pushlstring(L, names[i].p, names[i].n);
        lua_rawget(L, row);
        put_field(L, b);
        lua_settop(L, row);
    }
    buf_char(b, '}');
}

/* Rows that name the same columns become one statement: a column that is not named keeps
 * what it holds. */
static void collect(lua_State *L, struct collecting *c)
{
    struct buf texts[16];
    struct row_writes *out = c->out;
    enum { MOST = sizeof texts / sizeof *texts };
    size_t room = 0;
    int list = lua_gettop(L);
    for (size_t i = 1; lua_rawgeti(L, list, (lua_Integer)i) != LUA_TNIL; i++) {
        size_t n, k = 0;
        str *names = columns_of(L, i, &n, c->a);
        while (k < out->n && !same_columns(&out->at[k], names, n))
            k++;
        if (k == MOST)
            error_raise(L,
                        "%s: rows that apply returned name more than %d sets of columns: "
                        "give them the same columns",
                        what, (int)MOST);
        if (k == out->n) {
            struct row_write *write = PUSH(c->a, out->at, out->n, room);
            write->columns = val_strs(c->a, names, n).list;
            texts[k] = buf_in(c->a);
        }
        buf_char(&texts[k], out->at[k].n_rows++ ? ',' : '[');
        put_object(L, &texts[k], names, n);
        lua_settop(L, list);
    }
    for (size_t k = 0; k < out->n; k++) {
        buf_char(&texts[k], ']');
        out->at[k].json = buf_done(&texts[k]);
    }
}

/* Called with the function and the rows. */
static int f_apply(lua_State *L)
{
    struct collecting *c = lua_touserdata(L, 2);
    lua_settop(L, 1);
    db_push_rows(L, c->rows);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1))
        return 0;
    if (!value_is_table(L, -1))
        error_raise(L, "%s: apply returns a list of rows or nothing, not %s", what,
                    value_describe(L, -1));
    collect(L, c);
    return 0;
}

static bool apply(void *context, const struct rows *rows, struct row_writes *out,
                  struct arena *a, struct err *e)
{
    const struct functions *f = context;
    struct collecting c = {rows, out, a};
    if (!lua_checkstack(f->L, 16))
        return err_set(e, ERR_FAILED, "not enough memory for Lua's stack");
    lua_pushcfunction(f->L, f_apply);
    lua_pushvalue(f->L, f->apply);
    lua_pushlightuserdata(f->L, &c);
    return vm_protect_call(f->L, 2, 0, e);
}

/* ---- on_batch ---- */

static int f_report(lua_State *L)
{
    const struct backfill_report *r = lua_touserdata(L, 2);
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {{"rows", r->rows},
                  {"total", r->total},
                  {"changed", r->changed},
                  {"batch", r->batch}};
    lua_settop(L, 1);
    lua_newtable(L);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        lua_pushinteger(L, counts[i].value);
        lua_setfield(L, -2, counts[i].name);
    }
    lua_pushnumber(L, r->seconds);
    lua_setfield(L, -2, "seconds");
    lua_call(L, 1, 1);
    return 1;
}

static bool on_batch(void *context, const struct backfill_report *r, bool *stop,
                     struct err *e)
{
    const struct functions *f = context;
    if (!lua_checkstack(f->L, 16))
        return err_set(e, ERR_FAILED, "not enough memory for Lua's stack");
    lua_pushcfunction(f->L, f_report);
    lua_pushvalue(f->L, f->on_batch);
    lua_pushlightuserdata(f->L, (void *)(uintptr_t)r);
    if (!vm_protect_call(f->L, 2, 1, e))
        return false;
    *stop = lua_isboolean(f->L, -1) && !lua_toboolean(f->L, -1);
    lua_pop(f->L, 1);
    return true;
}

/* ---- the call ---- */

/* The function under a key of the options, left on the stack; 0: none. */
static int function_of(lua_State *L, const char *key)
{
    lua_pushstring(L, key);
    lua_rawget(L, 1);
    return lua_isfunction(L, -1) ? lua_gettop(L) : 0;
}

/* op.backfill { table =, set = | read =, apply =, ... }: see op.def. */
static int f_backfill(lua_State *L)
{
    struct host *host = host_for_change(L, what);
    struct op *op = op_new(host->arena, OP_backfill);
    op->from = error_place(L);
    read_call(L, what, lua_gettop(L), op->args, NULL, host->arena);
    luaL_checkstack(L, 16, NULL);
    struct functions f = {
        .L = L, .apply = function_of(L, "apply"), .on_batch = function_of(L, "on_batch")};
    if (host->backfill && rec_has(op->args, K_read) != (f.apply != 0))
        error_raise(L, "%s: 'read' and 'apply' belong together", what);
    struct backfill_calls calls = {.context = &f,
                                   .apply = f.apply ? apply : NULL,
                                   .on_batch = f.on_batch ? on_batch : NULL};
    struct err *e = box_err(L);
    bool ok =
        host->backfill ? host->backfill(host, op, &calls, e) : host->apply(host, op, e);
    if (!ok)
        error_raise_err(L, e);
    return 0;
}

/* Adds to the table `op` on top. */
void backfill_open(lua_State *L)
{
    lua_pushcfunction(L, f_backfill);
    lua_setfield(L, -2, "backfill");
}
