/* The middle of the program for the specs: operations read, compiled, reversed, rendered.
 *
 * plan.load(path) runs upgrade() of a revision file against a host that only keeps the
 * operations, and gives them as one value with methods. A failure is nil and a table with
 * kind, message, hint, sqlstate, position, line. */
#include "plan/annotate.h"
#include "plan/compile.h"
#include "plan/render.h"
#include "plan/reverse.h"
#include "plan/sqltext.h"
#include "script/migration.h"

#include <lauxlib.h>
#include <lua.h>

#include <stdlib.h>

#define OPS "moonshift.ops"

struct box {
    struct arena arena; /* the ops */
    struct arena call;  /* what one method needs */
    struct err err;
    struct ops ops;
};

void module_plan(lua_State *L);

static str check_str(lua_State *L, int at)
{
    str s;
    s.p = luaL_checklstring(L, at, &s.n);
    return s;
}

static struct box *box_new(lua_State *L)
{
    struct box *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (struct box){.ops = {0}};
    luaL_setmetatable(L, OPS);
    return box;
}

static struct box *box_at(lua_State *L, int at)
{
    struct box *box = luaL_checkudata(L, at, OPS);
    arena_reset(&box->call);
    err_clear(&box->err);
    return box;
}

static int box_gc(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, OPS);
    arena_reset(&box->arena);
    arena_reset(&box->call);
    err_clear(&box->err);
    return 0;
}

static void set_str(lua_State *L, const char *key, str s)
{
    if (!s.p || !s.n)
        return;
    lua_pushlstring(L, s.p, s.n);
    lua_setfield(L, -2, key);
}

static void set_int(lua_State *L, const char *key, lua_Integer i)
{
    lua_pushinteger(L, i);
    lua_setfield(L, -2, key);
}

static void set_flag(lua_State *L, const char *key, bool set)
{
    if (!set)
        return;
    lua_pushboolean(L, true);
    lua_setfield(L, -2, key);
}

static int push_err(lua_State *L, const struct err *e)
{
    lua_pushnil(L);
    lua_newtable(L);
    set_int(L, "kind", e->kind);
    set_str(L, "message", e->message);
    set_str(L, "hint", e->hint);
    set_str(L, "sqlstate", str_of(e->sqlstate));
    set_str(L, "sql", e->sql);
    set_int(L, "position", e->position);
    set_int(L, "line", e->line);
    return 2;
}

/* ---- reading ----------------------------------------------------------------------- */

struct keeper {
    struct host host;
    struct box *box;
};

static bool keep(struct host *host, struct op *op, struct err *e)
{
    (void)e;
    struct keeper *k = (struct keeper *)host;
    ops_add(&k->box->ops, op, &k->box->arena);
    return true;
}

static bool no_query(struct host *host, const struct stmt *s, struct rows *rows,
                     struct arena *a, struct err *e)
{
    (void)host, (void)rows, (void)a;
    return sink_refuse_read(s, e);
}

static bool no_each(struct host *host, const struct stmt *s, row_fn *row, void *context,
                    struct err *e)
{
    (void)host, (void)row, (void)context;
    return sink_refuse_read(s, e);
}

static bool no_copy(struct host *host, const struct stmt *s, copy_fn *next, void *context,
                    int64_t *rows, struct err *e)
{
    (void)host, (void)next, (void)context, (void)rows;
    return sink_refuse_read(s, e);
}

static bool any_commit(struct host *host, bool begin, struct err *e)
{
    (void)host, (void)begin, (void)e;
    return true;
}

static void no_log(struct host *host, str level, str text)
{
    (void)host, (void)level, (void)text;
}

static bool load(struct box *box, const char *path)
{
    struct keeper k = {.host = {.apply = keep,
                                .query = no_query,
                                .each = no_each,
                                .copy_in = no_copy,
                                .autocommit = any_commit,
                                .log = no_log,
                                .arena = &box->arena,
                                .directory = STR(".")},
                       .box = box};
    k.host.ctx = val_map(&box->arena, 0);
    struct vm *vm = vm_open(&box->err);
    if (!vm)
        return false;
    struct migration m = {.has_upgrade = false};
    bool ok = migration_load(vm, path, str_of(path), &m, &box->arena, &box->err);
    if (ok) {
        ok = migration_run(vm, &m, ENTRY_UPGRADE, &k.host, NULL, &box->err);
        migration_unload(vm, &m);
    }
    vm_close(vm);
    return ok;
}

/* load(path): the operations of upgrade(). */
static int f_load(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct box *box = box_new(L);
    return load(box, path) ? 1 : push_err(L, &box->err);
}

/* ---- methods ----------------------------------------------------------------------- */

/* ops:script{server_version, autocommit}: the text that --sql writes, without remarks. */
static int ops_script(lua_State *L)
{
    struct box *box = box_at(L, 1);
    struct compile_context c = {.server_version = (int)luaL_optinteger(L, 2, 150000),
                                .autocommit = lua_toboolean(L, 3)};
    struct stmt_list list = {0};
    for (size_t i = 0; i < box->ops.n; i++)
        if (!op_compile(box->ops.at[i], &c, &list, &box->call, &box->err))
            return push_err(L, &box->err);
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return luaL_error(L, "no memory stream");
    struct sink *sink = sink_file(out, c.server_version, &box->call);
    bool ok = true;
    for (size_t i = 0; ok && i < list.n; i++)
        ok = sink->exec(sink, &list.at[i], &box->err);
    fclose(out);
    lua_pushlstring(L, ok ? text : "", ok ? n : 0);
    free(text);
    return ok ? 1 : push_err(L, &box->err);
}

/* ops:reverse(): the operations that undo these, last first. */
static int ops_back(lua_State *L)
{
    struct box *box = box_at(L, 1), *back = box_new(L);
    struct ops reversed = {0};
    if (!ops_reverse(&box->ops, &reversed, &back->arena, &box->err))
        return push_err(L, &box->err);
    for (size_t i = 0; i < reversed.n; i++)
        ops_add(&back->ops, op_copy(&back->arena, reversed.at[i]), &back->arena);
    return 1;
}

/* ops:render(prefix): Lua text, one call after another. */
static int ops_render(lua_State *L)
{
    struct box *box = box_at(L, 1);
    const char *prefix = luaL_optstring(L, 2, "op.");
    struct buf b = buf_in(&box->call);
    for (size_t i = 0; i < box->ops.n; i++) {
        render_op(&b, box->ops.at[i], prefix, (int)luaL_optinteger(L, 3, 0));
        buf_char(&b, '\n');
    }
    str text = buf_done(&b);
    lua_pushlstring(L, text.p, text.n);
    return 1;
}

/* ops:equals(other): true, or false and the index of the first that differs. */
static int ops_equals(lua_State *L)
{
    struct box *a = box_at(L, 1), *b = box_at(L, 2);
    size_t n = a->ops.n < b->ops.n ? a->ops.n : b->ops.n;
    size_t i = 0;
    while (i < n && op_eq(a->ops.at[i], b->ops.at[i]))
        i++;
    lua_pushboolean(L, i == a->ops.n && i == b->ops.n);
    lua_pushinteger(L, (lua_Integer)i + 1);
    return 2;
}

/* ops:names(): { "create_table", ... } */
static int ops_names(lua_State *L)
{
    struct box *box = box_at(L, 1);
    lua_newtable(L);
    for (size_t i = 0; i < box->ops.n; i++) {
        lua_pushstring(L, box->ops.at[i]->info->shape.name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* ---- raw SQL ----------------------------------------------------------------------- */

/* split(text, in_transaction, server_version): { { sql, line, no_tx }, ... };
 * in_transaction may be "autocommit". */
static int f_split(lua_State *L)
{
    str text = check_str(L, 1);
    bool autocommit = lua_type(L, 2) == LUA_TSTRING;
    struct split_options options = {.in_transaction = !autocommit && lua_toboolean(L, 2),
                                    .autocommit = autocommit,
                                    .server_version = (int)luaL_optinteger(L, 3, 0)};
    struct box *box = box_new(L);
    struct stmt_list list = {0};
    if (!sql_split_for(text, &options, &list, &box->arena, &box->err))
        return push_err(L, &box->err);
    lua_newtable(L);
    for (size_t i = 0; i < list.n; i++) {
        lua_newtable(L);
        set_str(L, "sql", list.at[i].sql);
        set_int(L, "line", list.at[i].first_line);
        set_flag(L, "no_tx", list.at[i].flags & STMT_NO_TX);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static const struct {
    unsigned flag;
    const char *name;
} flag_names[] = {
    {SQL_NO_TX, "no_tx"},
    {SQL_CONTROL, "control"},
    {SQL_CONCURRENTLY, "concurrently"},
    {SQL_WHERE, "where"},
    {SQL_IF_EXISTS, "if_exists"},
    {SQL_IF_NOT_EXISTS, "if_not_exists"},
    {SQL_CASCADE, "cascade"},
    {SQL_UNIQUE, "unique"},
    {SQL_READS, "reads"},
    {SQL_ONLY, "only"},
};

static const struct {
    unsigned flag;
    const char *name;
} action_names[] = {
    {ACTION_NOT_NULL, "not_null"},   {ACTION_DEFAULT, "default"},
    {ACTION_COMPUTED, "computed"},   {ACTION_NOT_VALID, "not_valid"},
    {ACTION_GENERATED, "generated"}, {ACTION_USING_INDEX, "using_index"},
};

static void push_table_name(lua_State *L, const struct sql_table *t)
{
    if (t->schema.n)
        lua_pushfstring(L, "%s.%s", t->schema.p, t->name.p);
    else
        lua_pushlstring(L, t->name.p, t->name.n);
}

static void push_action(lua_State *L, const struct sql_action *action)
{
    lua_newtable(L);
    set_str(L, "kind", action->kind);
    set_str(L, "name", action->name);
    set_str(L, "type", action->type);
    set_str(L, "constraint", action->constraint);
    if (action->references.name.n) {
        push_table_name(L, &action->references);
        lua_setfield(L, -2, "references");
    }
    for (size_t i = 0; i < sizeof action_names / sizeof *action_names; i++)
        set_flag(L, action_names[i].name, action->flags & action_names[i].flag);
}

/* facts(sql): what sql_facts knows, or nil. */
static int f_facts(lua_State *L)
{
    struct stmt s = {.sql = check_str(L, 1)};
    struct box *box = box_new(L);
    struct sql_facts facts;
    if (!sql_facts(&s, &facts, &box->arena))
        return 0;
    lua_newtable(L);
    set_str(L, "kind", facts.kind);
    set_str(L, "object", facts.object);
    set_str(L, "name", facts.name);
    for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++)
        set_flag(L, flag_names[i].name, facts.flags & flag_names[i].flag);
    lua_newtable(L);
    for (size_t i = 0; i < facts.n_tables; i++) {
        push_table_name(L, &facts.tables[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "tables");
    lua_newtable(L);
    for (size_t i = 0; i < facts.n_actions; i++) {
        push_action(L, &facts.actions[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "actions");
    return 1;
}

/* sink(call): what sink_file writes for { { sql, param, ... }, ... }; false is NULL. */
static int f_sink(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct box *box = box_new(L);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return luaL_error(L, "no memory stream");
    struct sink *sink = sink_file(out, 150000, &box->call);
    bool ok = true;
    lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
    for (lua_Integer i = 1; ok && i <= n; i++) {
        if (lua_rawgeti(L, 1, i) == LUA_TSTRING) { /* a remark */
            str remark = {lua_tostring(L, -1), lua_rawlen(L, -1)};
            sink->remark(sink, remark);
            lua_pop(L, 1);
            continue;
        }
        size_t n_params = lua_rawlen(L, -1) - 1;
        struct param *params = NEW_N(&box->arena, struct param, n_params);
        for (size_t k = 0; k < n_params; k++) {
            params[k].null = lua_rawgeti(L, -1, (lua_Integer)k + 2) != LUA_TSTRING;
            if (!params[k].null)
                params[k].text =
                    str_copy(&box->arena, (str){lua_tostring(L, -1), lua_rawlen(L, -1)});
            lua_pop(L, 1);
        }
        lua_rawgeti(L, -1, 1);
        struct stmt s = {.params = params, .n_params = n_params};
        s.sql = str_copy(&box->arena, (str){lua_tostring(L, -1), lua_rawlen(L, -1)});
        ok = sink->exec(sink, &s, &box->err);
        lua_pop(L, 2);
    }
    fclose(out);
    lua_pushlstring(L, ok ? text : "", ok ? length : 0);
    free(text);
    return ok ? 1 : push_err(L, &box->err);
}

/* ---- texts made from op.def -------------------------------------------------------- */

static int push_made(lua_State *L, void (*make)(struct buf *))
{
    struct box *box = box_new(L);
    struct buf b = buf_in(&box->arena);
    make(&b);
    str text = buf_done(&b);
    lua_pushlstring(L, text.p, text.n);
    return 1;
}

static int f_annotations(lua_State *L)
{
    return push_made(L, render_annotations);
}

static void push_fields(lua_State *L, const struct shape *shape)
{
    static const char *const places[] = {
        [PLACE_ARG] = "argument",
        [PLACE_ARG_NIL] = "argument or nil",
        [PLACE_ARG_MAY] = "optional argument",
        [PLACE_ITEMS] = "items",
        [PLACE_REST] = "rest",
        [PLACE_OPT] = "option",
        [PLACE_OPT_MUST] = "required option",
        [PLACE_OPT_NULL] = "option or NULL",
    };
    static const char *const types[] = {
        [F_NAME] = "name",
        [F_NAMES] = "names",
        [F_TEXT] = "text",
        [F_TEXTS] = "texts",
        [F_SQL] = "SQL",
        [F_SQLS] = "list of SQL",
        [F_VALUE] = "value",
        [F_VALUES] = "values",
        [F_COMMENT] = "text or NULL",
        [F_BOOL] = "boolean",
        [F_INT] = "integer",
        [F_WORD] = "word",
        [F_WORDS] = "words",
        [F_FLAG] = "boolean or word",
        [F_MAP] = "map",
        [F_ROWS] = "rows",
        [F_REC] = "record",
        [F_RECS] = "records",
        [F_KEYS] = "keys",
        [F_REF] = "reference",
        [F_ANY] = "anything",
        [F_FUNC] = "function",
    };
    lua_newtable(L);
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct field *f = &shape->fields[i];
        lua_newtable(L);
        set_str(L, "key", key_word(f->key));
        set_str(L, "type", str_of(types[f->type]));
        set_str(L, "place", str_of(places[f->place]));
        set_str(L, "words", str_of(f->words));
        set_str(L, "doc", str_of(f->doc));
        set_str(L, "shape", f->shape ? str_of(f->shape->name) : STR_NONE);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void add_shape(lua_State *L, const struct shape *shape)
{
    lua_newtable(L);
    set_str(L, "name", str_of(shape->name));
    set_str(L, "doc", str_of(shape->doc));
    push_fields(L, shape);
    lua_setfield(L, -2, "fields");
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* lock_concurrently: the lock with that option. */
static void add_gentle_lock(lua_State *L, const struct op_info *info)
{
    if (!shape_field(&info->shape, STR("concurrently")))
        return;
    struct arena a = {0};
    struct op *op = op_new(&a, info->kind);
    rec_set(op->args, K_concurrently, val_bool(true));
    set_str(L, "lock_concurrently", str_of(lock_name(op_lock(op))));
    arena_reset(&a);
}

/* rows(): { ops = { { name, doc, lock, lock_concurrently, destroys, no_tx, fields }, ... }, shapes = ... }
 */
static int f_rows(lua_State *L)
{
    lua_newtable(L);
    lua_newtable(L);
    for (int i = 0; i < N_OPS; i++) {
        const struct op_info *info = op_info((enum op_kind)i);
        add_shape(L, &info->shape);
        lua_rawgeti(L, -1, i + 1);
        set_str(L, "lock", str_of(lock_name(info->lock)));
        set_flag(L, "destroys", info->flags & OP_DESTROYS);
        set_flag(L, "no_tx", info->flags & OP_NO_TX);
        set_flag(L, "concurrently", info->flags & OP_CONCURRENTLY);
        add_gentle_lock(L, info);
        lua_pop(L, 1);
    }
    lua_setfield(L, -2, "ops");
    lua_newtable(L);
#define OP(...)
#define SHAPE(name, ...) add_shape(L, &shape_##name);
#include "model/op.def"
#undef OP
#undef SHAPE
    lua_setfield(L, -2, "shapes");
    return 1;
}

void module_plan(lua_State *L)
{
    static const luaL_Reg methods[] = {{"script", ops_script}, {"reverse", ops_back},
                                       {"render", ops_render}, {"equals", ops_equals},
                                       {"names", ops_names},   {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"load", f_load}, {"split", f_split}, {"facts", f_facts},
        {"sink", f_sink}, {"rows", f_rows},   {"annotations", f_annotations},
        {NULL, NULL}};
    luaL_newmetatable(L, OPS);
    lua_pushcfunction(L, box_gc);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
}
