#include "script/models.h"

#include "script/inner.h"

#include <string.h>

struct collector {
    struct ops *out, *renames;
    struct arena *arena;
    str text, file;
};

/* ---- renamed_from ---- */

/* The op that renames what `word` (a shape's name, or an op's without create_) names. */
static const struct op_info *rename_info(str word, struct arena *a)
{
    if (str_among(word, "primary_key|unique|check|foreign_key|exclude|check_constraint|"
                        "unique_constraint|exclude_constraint"))
        word = STR("constraint");
    else if (str_among(word, "composite_type|range_type|base_type"))
        word = STR("type");
    return op_named(str_fmt(a, "rename_%.*s", STR_ARG(word)));
}

static bool has_key(const struct shape *s, enum key k)
{
    return shape_field(s, key_word(k)) != NULL;
}

static str name_in(const struct rec *r)
{
    return has_key(r->shape, K_name) ? rec_str(r, K_name) : STR_NONE;
}

/* Sets a field of the rename, where it has one, from the op that holds the record. */
static void carry(struct rec *to, enum key k, str value)
{
    if (value.p && has_key(to->shape, k))
        rec_set(to, k, val_str(value));
}

/* The rename op for one renamed_from: of the op itself, or of a record inside it. */
static void add_rename(lua_State *L, const char *what, const struct op *op,
                       const struct rename *r, struct collector *c)
{
    bool whole = r->rec == op->args;
    str word = str_of(r->rec->shape->name), name = name_in(r->rec);
    if (whole)
        word = str_of(op_model_word(op->info));
    const struct op_info *info = rename_info(word, c->arena);
    if (!info || !has_key(&info->shape, K_new_name))
        error_raise(L, "%s: renamed_from: nothing renames a %.*s", what, STR_ARG(word));
    if (!name.p)
        error_raise(L, "%s: renamed_from = '%.*s' needs the new name beside it", what,
                    STR_ARG(r->old));
    struct op *rename = op_new(c->arena, info->kind);
    if (whole)
        rec_carry(rename->args, op->args);
    str owner = name_in(op->args);
    carry(rename->args, K_schema,
          has_key(op->args->shape, K_schema) ? rec_str(op->args, K_schema) : STR_NONE);
    if (!whole) {
        carry(rename->args, K_table, owner);
        carry(rename->args, K_type, owner);
        carry(rename->args, K_domain, owner);
    }
    carry(rename->args, has_key(&info->shape, K_name) ? K_name : K_column, r->old);
    rec_set(rename->args, K_new_name, val_str(name));
    rename->from = op->from;
    ops_add(c->renames, rename, c->arena);
}

/* ---- the words ---- */

static int f_model(lua_State *L)
{
    struct collector *c = vm_of(L)->collector;
    enum op_kind kind = (enum op_kind)lua_tointeger(L, lua_upvalueindex(1));
    const char *what = lua_tostring(L, lua_upvalueindex(2));
    if (!c)
        error_raise(L, "%s answers only while models are read", what);
    int n = lua_gettop(L);
    struct renames renames = {0}; /* its memory is the collector's arena */
    struct op *op = op_new(c->arena, kind);
    op->from = error_place(L);
    read_call(L, what, n, op->args, &renames, c->arena);
    ops_add(c->out, op, c->arena);
    /* The object first: what is inside it is then found under its new name. */
    for (int whole = 1; whole >= 0; whole--)
        for (size_t i = 0; i < renames.n; i++)
            if ((renames.at[i].rec == op->args) == whole)
                add_rename(L, what, op, &renames.at[i], c);
    return 0;
}

static void give_word(lua_State *L, enum op_kind kind, const char *word)
{
    lua_pushinteger(L, kind);
    lua_pushfstring(L, "model.%s", word);
    lua_pushcclosure(L, f_model, 2);
    lua_setfield(L, -2, word);
}

void model_open(lua_State *L)
{
    lua_createtable(L, 0, N_OPS);
    for (int kind = 0; kind < N_OPS; kind++) {
        const char *word = op_model_word(op_info((enum op_kind)kind));
        if (word)
            give_word(L, (enum op_kind)kind, word);
    }
    /* `function` is a keyword of Lua's: model.function cannot be written. */
    give_word(L, OP_create_function, "func");
    value_push_null(L);
    lua_setfield(L, -2, "NULL");
    box_lock(L, "model");
    box_push_names(L, BOX_MODEL);
    lua_insert(L, -2);
    lua_setfield(L, -2, "model");
    lua_pop(L, 1);
}

static int f_run_models(lua_State *L)
{
    struct collector *c = lua_touserdata(L, 1);
    box_push(L, BOX_MODEL);
    int env = lua_gettop(L);
    box_compile(L, env, c->text, c->file);
    lua_call(L, 0, 0);
    return 0;
}

bool models_read(struct vm *vm, const char *path, str file, struct ops *out,
                 struct ops *renames, struct arena *a, struct err *e)
{
    struct collector c = {.out = out, .renames = renames, .arena = a};
    c.file = str_copy(a, file);
    if (!source_read(path, file, &c.text, a, e))
        return err_at(e, file, 0);
    if (c.text.n && c.text.p[0] == '\x1b') {
        err_set(e, ERR_FAILED, "%.*s is Lua bytecode, not Lua text", STR_ARG(file));
        return err_at(e, file, 0);
    }
    if (!text_ok(c.text)) {
        err_set(e, ERR_FAILED, "%.*s is not UTF-8 text", STR_ARG(file));
        return err_at(e, file, 0);
    }
    str outer = vm->file;
    vm->file = c.file;
    vm->collector = &c;
    bool ok = vm_protect(vm->L, f_run_models, &c, e);
    vm->collector = NULL;
    vm->file = outer;
    return ok;
}
