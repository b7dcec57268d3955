/* moonshift_core.script: revision files and configuration in a machine of their own, with
 * a host that writes down what it is asked, for the unit specs. */
#include "plan/sink.h"
#include "script/config.h"
#include "script/migration.h"
#include "script/models.h"

#include <lauxlib.h>
#include <lua.h>

#include <inttypes.h>
#include <string.h>

void module_script(lua_State *L);

static void set_str(lua_State *L, const char *name, str s)
{
    if (s.p) {
        lua_pushlstring(L, s.p, s.n);
        lua_setfield(L, -2, name);
    }
}

static void set_int(lua_State *L, const char *name, lua_Integer i)
{
    lua_pushinteger(L, i);
    lua_setfield(L, -2, name);
}

static void set_bool(lua_State *L, const char *name, bool b)
{
    lua_pushboolean(L, b);
    lua_setfield(L, -2, name);
}

/* nil and a table of what an err holds; clears it. */
static int push_err(lua_State *L, struct err *e)
{
    lua_pushnil(L);
    lua_newtable(L);
    set_int(L, "kind", (lua_Integer)e->kind);
    set_str(L, "message", e->message);
    set_str(L, "detail", e->detail);
    set_str(L, "hint", e->hint);
    set_str(L, "file", e->file);
    set_int(L, "line", e->line);
    set_str(L, "sql", e->sql);
    set_int(L, "position", e->position);
    set_str(L, "trace", e->trace);
    if (e->sqlstate[0])
        set_str(L, "sqlstate", str_of(e->sqlstate));
    err_clear(e);
    return 2;
}

/* ---- values as text ---- */

static void put_val(struct buf *b, const struct val *v);

static void put_rec(struct buf *b, const struct rec *r)
{
    bool first = true;
    buf_put(b, r->shape->name);
    buf_char(b, '{');
    for (size_t i = 0; i < r->shape->n_fields; i++)
        if (r->at[i].kind != VAL_NONE) {
            buf_sep(b, &first, ", ");
            buf_str(b, key_word(r->shape->fields[i].key));
            buf_char(b, '=');
            put_val(b, &r->at[i]);
        }
    buf_char(b, '}');
}

static void put_val(struct buf *b, const struct val *v)
{
    bool first = true;
    switch (v->kind) {
    case VAL_NONE:
        buf_put(b, "nothing");
        break;
    case VAL_NULL:
        buf_put(b, "NULL");
        break;
    case VAL_BOOL:
        buf_put(b, v->b ? "true" : "false");
        break;
    case VAL_INT:
        buf_fmt(b, "%" PRId64, v->i);
        break;
    case VAL_NUM:
        buf_num(b, v->num);
        break;
    case VAL_STR:
        buf_fmt(b, "'%.*s'", STR_ARG(v->s));
        break;
    case VAL_SQL:
        buf_fmt(b, "sql'%.*s'", STR_ARG(v->s));
        break;
    case VAL_LIST:
        buf_char(b, '{');
        for (size_t i = 0; i < v->list.n; i++) {
            buf_sep(b, &first, ", ");
            put_val(b, &v->list.at[i]);
        }
        buf_char(b, '}');
        break;
    case VAL_MAP:
        buf_char(b, '{');
        for (size_t i = 0; i < v->map.n; i++) {
            buf_sep(b, &first, ", ");
            buf_fmt(b, "%.*s=", STR_ARG(v->map.at[i].key));
            put_val(b, &v->map.at[i].val);
        }
        buf_char(b, '}');
        break;
    case VAL_REC:
        put_rec(b, v->rec);
        break;
    }
}

/* ---- a host that writes down ---- */

struct witness {
    struct host host;
    struct buf said; /* one line for each thing asked */
};

static struct witness *witness_of(struct host *h)
{
    return (struct witness *)h;
}

static bool host_apply(struct host *h, struct op *op, struct err *e)
{
    struct buf *b = &witness_of(h)->said;
    buf_fmt(b, "%d: ", op->from.line);
    put_rec(b, op->args);
    buf_char(b, '\n');
    if (str_is(str_of(op->info->shape.name), "execute") &&
        str_starts(rec_str(op->args, K_sql), STR("fail "))) {
        err_set(e, ERR_FAILED, "the server says no");
        e->sql = str_copy(&e->arena, rec_str(op->args, K_sql));
        memcpy(e->sqlstate, "42P01", 6);
        e->position = 6;
        return err_hint(e, "ask politely");
    }
    return true;
}

static void put_stmt(struct buf *b, const char *how, const struct stmt *s)
{
    buf_fmt(b, "%d: %s: %.*s", s->from.line, how, STR_ARG(s->sql));
    for (size_t i = 0; i < s->n_params; i++)
        if (s->params[i].null)
            buf_put(b, " <null>");
        else
            buf_fmt(b, " <%.*s>", STR_ARG(s->params[i].text));
    buf_char(b, '\n');
}

/* The query's text is its answer: "a:23=1 b:25=x / a:23=2 b:25=~" has two rows, whose
 * columns have a name, a type oid and a text; ~ is NULL. */
static void answer(str text, struct rows *out, struct arena *a)
{
    str rest = text, row, piece;
    size_t room = text.n + 1, n_cells = 0;
    out->names = NEW_N(a, str, room);
    out->types = NEW_N(a, unsigned, room);
    out->cells = NEW_N(a, struct cell, room);
    if (str_is(text, "none"))
        return;
    while (str_split(&rest, '/', &row)) {
        row = str_trim(row);
        out->n_columns = 0;
        for (str columns = row; str_split(&columns, ' ', &piece);) {
            size_t colon = str_find(piece, ':'), equal = str_find(piece, '=');
            long oid = 0;
            str_int(str_cut(piece, colon + 1, equal), &oid);
            out->names[out->n_columns] = str_cut(piece, 0, colon);
            out->types[out->n_columns++] = (unsigned)oid;
            str cell = str_copy(a, str_cut(piece, equal + 1, piece.n));
            out->cells[n_cells++] = (struct cell){cell, str_is(cell, "~")};
        }
        out->n_rows++;
    }
}

static bool host_query(struct host *h, const struct stmt *s, struct rows *out,
                       struct arena *a, struct err *e)
{
    put_stmt(&witness_of(h)->said, "query", s);
    if (str_starts(s->sql, STR("fail")))
        return err_set(e, ERR_FAILED, "the server says no");
    answer(str_copy(a, s->sql), out, a);
    return true;
}

static bool host_each(struct host *h, const struct stmt *s, row_fn *row, void *context,
                      struct err *e)
{
    struct arena a = {0};
    struct rows rows = {0};
    put_stmt(&witness_of(h)->said, "each", s);
    answer(str_copy(&a, s->sql), &rows, &a);
    bool ok = true;
    for (size_t i = 0; ok && i < rows.n_rows; i++)
        ok = row(context, &rows, rows.cells + i * rows.n_columns, e);
    arena_reset(&a);
    return ok;
}

static bool host_copy_in(struct host *h, const struct stmt *s, copy_fn *next,
                         void *context, int64_t *rows, struct err *e)
{
    struct buf *b = &witness_of(h)->said;
    str piece = STR_NONE;
    put_stmt(b, "copy", s);
    do {
        if (!next(context, &piece, e))
            return false;
        for (size_t i = 0; i < piece.n; i++)
            *rows += piece.p[i] == '\n';
        buf_str(b, piece);
    } while (piece.n);
    return true;
}

static bool host_copy_out(struct host *h, const struct stmt *s, take_fn *take,
                          void *context, int64_t *rows, struct err *e)
{
    put_stmt(&witness_of(h)->said, "copy out", s);
    *rows = 2;
    return take(context, STR("1\tone\n"), e) && take(context, STR("2\t\\N\n"), e);
}

static bool host_autocommit(struct host *h, bool begin, struct err *e)
{
    (void)e;
    buf_fmt(&witness_of(h)->said, "autocommit %s\n", begin ? "begins" : "ends");
    return true;
}

static void host_allow(struct host *h, const struct silence *s)
{
    buf_fmt(&witness_of(h)->said, "%d: allow %.*s: %.*s\n", s->from.line,
            STR_ARG(s->rule), STR_ARG(s->because));
}

static void host_log(struct host *h, str level, str text)
{
    buf_fmt(&witness_of(h)->said, "%.*s: %.*s\n", STR_ARG(level), STR_ARG(text));
}

/* ---- functions ---- */

static enum entry entry_of(const char *name)
{
    if (strcmp(name, "downgrade") == 0)
        return ENTRY_DOWNGRADE;
    if (strcmp(name, "change") == 0)
        return ENTRY_CHANGE;
    return strcmp(name, "verify") == 0 ? ENTRY_VERIFY : ENTRY_UPGRADE;
}

static struct val some_ctx(struct arena *a)
{
    struct val ctx = val_map(a, 2);
    ctx.map.at[0] = (struct pair){STR("offline"), val_bool(false)};
    ctx.map.at[1] = (struct pair){STR("server_version"), val_int(150004)};
    return ctx;
}

static bool run(const char *path, const char *file, const char *entry, size_t limit,
                str *said, struct verdict *verdict, struct arena *a, struct err *e)
{
    struct vm *vm = vm_open(e);
    struct migration m;
    if (!vm)
        return false;
    if (limit)
        vm_limit(vm, limit);
    struct witness w = {
        .host = {.apply = host_apply,
                 .query = host_query,
                 .each = host_each,
                 .copy_in = host_copy_in,
                 .copy_out = host_copy_out,
                 .allow = host_allow,
                 .autocommit = host_autocommit,
                 .log = host_log,
                 .ctx = some_ctx(a),
                 .arena = a,
                 .directory = STR("spec/unit")},
        .said = buf_in(a),
    };
    bool ok = migration_load(vm, path, str_of(file), &m, a, e) &&
              migration_run(vm, &m, entry_of(entry), &w.host, verdict, e);
    *said = buf_done(&w.said);
    migration_unload(vm, &m);
    vm_close(vm);
    return ok;
}

/* run(path, file, entry[, memory]): what the host was asked, and the verdict; or nil, the
 * error and what the host was asked until then. */
static int f_run(lua_State *L)
{
    struct arena a = {0};
    struct err e = {0};
    str said = STR_NONE;
    struct verdict verdict = {0};
    bool ok = run(luaL_checkstring(L, 1), luaL_checkstring(L, 2), luaL_checkstring(L, 3),
                  (size_t)luaL_optinteger(L, 4, 0), &said, &verdict, &a, &e);
    if (ok) {
        lua_pushlstring(L, said.p ? said.p : "", said.n);
        lua_pushboolean(L, verdict.ok);
    } else {
        push_err(L, &e);
        lua_pushlstring(L, said.p ? said.p : "", said.n);
    }
    arena_reset(&a);
    return ok ? 2 : 3;
}

static void set_strs(lua_State *L, const char *name, const struct strs *s)
{
    lua_newtable(L);
    for (size_t i = 0; i < s->n; i++) {
        lua_pushlstring(L, s->at[i].p, s->at[i].n);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, name);
}

static void push_revision(lua_State *L, const struct revision *r)
{
    lua_newtable(L);
    set_str(L, "id", r->id);
    set_str(L, "message", r->message);
    set_str(L, "file", r->file);
    set_str(L, "created", r->created);
    set_str(L, "irreversible", r->irreversible);
    set_bool(L, "transactional", r->transactional);
    set_strs(L, "down", &r->down);
    set_strs(L, "labels", &r->labels);
    set_strs(L, "depends", &r->depends);
}

/* header(path, file): a table, or nil and an error. */
static int f_header(lua_State *L)
{
    struct arena a = {0};
    struct err e = {0};
    struct revision r;
    struct vm *vm = vm_open(&e);
    bool ok = vm && migration_header(vm, luaL_checkstring(L, 1),
                                     str_of(luaL_checkstring(L, 2)), &r, &a, &e);
    if (ok)
        push_revision(L, &r);
    vm_close(vm);
    arena_reset(&a);
    return ok ? 1 : push_err(L, &e);
}

/* load(path, file): a table, or nil and an error. */
static int f_load(lua_State *L)
{
    struct arena a = {0};
    struct err e = {0};
    struct migration m;
    struct vm *vm = vm_open(&e);
    bool ok = vm && migration_load(vm, luaL_checkstring(L, 1),
                                   str_of(luaL_checkstring(L, 2)), &m, &a, &e);
    if (ok) {
        struct buf b = buf_in(&a);
        push_revision(L, &m.revision);
        set_str(L, "checksum", str_of(m.checksum));
        put_val(&b, &m.settings);
        set_str(L, "settings", buf_done(&b));
        b = buf_in(&a);
        for (size_t i = 0; i < m.silences.n; i++)
            buf_fmt(&b, "%d: %.*s: %.*s\n", m.silences.at[i].from.line,
                    STR_ARG(m.silences.at[i].rule), STR_ARG(m.silences.at[i].because));
        set_str(L, "silences", buf_done(&b));
    }
    vm_close(vm);
    arena_reset(&a);
    return ok ? 1 : push_err(L, &e);
}

/* The environment of config: the table that Lua gave. */
static str lookup(void *context, str name)
{
    lua_State *L = context;
    str s = STR_NONE;
    lua_pushlstring(L, name.p, name.n);
    if (lua_rawget(L, 2) == LUA_TSTRING)
        s.p = lua_tolstring(L, -1, &s.n);
    lua_pop(L, 1);
    return s;
}

/* config(path, env): the table as text, or nil and an error. */
static int f_config(lua_State *L)
{
    struct arena a = {0};
    struct err e = {0};
    struct val v;
    struct vm *vm = vm_open(&e);
    luaL_checktype(L, 2, LUA_TTABLE);
    bool ok = vm && config_eval(vm, luaL_checkstring(L, 1), lookup, L, &v, &a, &e);
    if (ok) {
        struct buf b = buf_in(&a);
        put_val(&b, &v);
        str text = buf_done(&b);
        lua_pushlstring(L, text.p, text.n);
    }
    vm_close(vm);
    arena_reset(&a);
    return ok ? 1 : push_err(L, &e);
}

static void put_ops(struct buf *b, const struct ops *ops)
{
    for (size_t i = 0; i < ops->n; i++) {
        buf_fmt(b, "%d: ", ops->at[i]->from.line);
        put_rec(b, ops->at[i]->args);
        buf_char(b, '\n');
    }
}

/* models(path, file): the ops as text, and the renames; or nil and an error. */
static int f_models(lua_State *L)
{
    struct arena a = {0};
    struct err e = {0};
    struct ops ops = {0}, renames = {0};
    struct vm *vm = vm_open(&e);
    bool ok = vm && models_read(vm, luaL_checkstring(L, 1),
                                str_of(luaL_checkstring(L, 2)), &ops, &renames, &a, &e);
    if (ok) {
        struct buf b = buf_in(&a), c = buf_in(&a);
        put_ops(&b, &ops);
        put_ops(&c, &renames);
        str text = buf_done(&b);
        lua_pushlstring(L, text.p, text.n);
        text = buf_done(&c);
        lua_pushlstring(L, text.p, text.n);
    }
    vm_close(vm);
    arena_reset(&a);
    return ok ? 2 : push_err(L, &e);
}

/* A plain value for vm_call. */
static struct val take(lua_State *L, int at, struct arena *a)
{
    switch (lua_type(L, at)) {
    case LUA_TBOOLEAN:
        return val_bool(lua_toboolean(L, at));
    case LUA_TNUMBER:
        return val_int(lua_tointeger(L, at));
    case LUA_TSTRING:
        return val_str(str_copy(a, str_of(lua_tostring(L, at))));
    case LUA_TTABLE:
        break;
    default:
        return (struct val){.kind = VAL_NONE};
    }
    lua_Integer n = (lua_Integer)lua_rawlen(L, at);
    if (n) {
        struct val list = val_list(a, (size_t)n);
        for (lua_Integer i = 0; i < n; i++) {
            lua_rawgeti(L, at, i + 1);
            list.list.at[i] = take(L, lua_gettop(L), a);
            lua_pop(L, 1);
        }
        return list;
    }
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1))
        count++;
    struct val map = val_map(a, count);
    count = 0;
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1)) {
        map.map.at[count].key = str_copy(a, str_of(lua_tostring(L, -2)));
        map.map.at[count++].val = take(L, lua_gettop(L), a);
    }
    map_sort(&map.map);
    return map;
}

static void give(lua_State *L, const struct val *v)
{
    luaL_checkstack(L, 8, NULL);
    switch (v->kind) {
    case VAL_BOOL:
        lua_pushboolean(L, v->b);
        break;
    case VAL_INT:
        lua_pushinteger(L, v->i);
        break;
    case VAL_STR:
        lua_pushlstring(L, v->s.p, v->s.n);
        break;
    case VAL_LIST:
        lua_newtable(L);
        for (size_t i = 0; i < v->list.n; i++) {
            give(L, &v->list.at[i]);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        break;
    case VAL_MAP:
        lua_newtable(L);
        for (size_t i = 0; i < v->map.n; i++) {
            give(L, &v->map.at[i].val);
            lua_setfield(L, -2, v->map.at[i].key.p);
        }
        break;
    default:
        lua_pushnil(L);
        break;
    }
}

/* call(module, function, argument): a function of the embedded Lua, as C calls it. */
static int f_call(lua_State *L)
{
    struct arena a = {0};
    struct err e = {0};
    struct val out = {.kind = VAL_NONE};
    struct vm *vm = vm_open(&e);
    bool ok = vm && vm_call(vm, luaL_checkstring(L, 1), luaL_checkstring(L, 2),
                            take(L, 3, &a), &out, &a, &e);
    if (ok)
        give(L, &out);
    vm_close(vm);
    arena_reset(&a);
    return ok ? 1 : push_err(L, &e);
}

/* interrupt(flag): what a signal handler does. */
static int f_interrupt(lua_State *L)
{
    vm_interrupted = lua_toboolean(L, 1);
    return 0;
}

void module_script(lua_State *L)
{
    static const luaL_Reg functions[] = {{"run", f_run},       {"header", f_header},
                                         {"load", f_load},     {"config", f_config},
                                         {"call", f_call},     {"interrupt", f_interrupt},
                                         {"models", f_models}, {NULL, NULL}};
    luaL_newlib(L, functions);
}
