#include "script/migration.h"

#include "script/header.h"
#include "script/inner.h"

#include <sha2.h>
#include <stdio.h>
#include <string.h>

static const char *const entry_names[] = {
    [ENTRY_UPGRADE] = "upgrade",
    [ENTRY_DOWNGRADE] = "downgrade",
    [ENTRY_CHANGE] = "change",
    [ENTRY_VERIFY] = "verify",
};

/* ---- the bytes ---- */

static bool check_text(str text, str file, struct err *e)
{
    static const char advice[] =
        "a revision file is Lua source text; 'moonshift revision "
        "-m \"...\"' writes one";
    if (str_trim(text).n == 0)
        err_set(e, ERR_FAILED, "%.*s is empty", STR_ARG(file));
    else if (text.p[0] == '\x1b')
        err_set(e, ERR_FAILED, "%.*s is Lua bytecode, not Lua text", STR_ARG(file));
    else if (!text_ok(text))
        err_set(e, ERR_FAILED, "%.*s is not UTF-8 text", STR_ARG(file));
    else
        return true;
    err_at(e, file, 0);
    return err_hint(e, "%s", advice);
}

static bool read_source(const char *path, str file, str *out, struct arena *a,
                        struct err *e)
{
    if (!source_read(path, file, out, a, e))
        return err_at(e, file, 0);
    return check_text(*out, file, e);
}

/* SHA-256 of the text as every editor and every git configuration leaves it: without a
 * byte order mark, without CR, without blanks at the ends of lines, without empty lines at
 * the end. */
static void checksum(str text, char out[65])
{
    SHA2_CTX c;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Init(&c);
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_cut(text, 3, text.n);
    str line;
    size_t empty = 0;
    while (str_split(&text, '\n', &line)) {
        while (line.n && strchr(" \t\r", line.p[line.n - 1]))
            line.n--;
        if (line.n == 0) {
            empty++;
            continue;
        }
        for (; empty; empty--)
            SHA256Update(&c, (const uint8_t *)"\n", 1);
        SHA256Update(&c, (const uint8_t *)line.p, line.n);
        SHA256Update(&c, (const uint8_t *)"\n", 1);
    }
    SHA256Final(digest, &c);
    for (size_t i = 0; i < sizeof digest; i++) {
        out[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    out[2 * sizeof digest] = '\0';
}

/* ---- the header, from an environment ---- */

struct reading {
    str text, file;
    struct revision *revision;
    struct arena *arena;
    struct migration *migration; /* NULL: the header only */
    bool found;                  /* whether there was a revision */
};

static bool push_field(lua_State *L, int env, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, env) != LUA_TNIL;
}

_Noreturn static void fail_field(lua_State *L, const char *name, const char *expected)
{
    error_raise(L, "'%s' must be %s, got %s", name, expected, value_describe(L, -1));
}

static str header_text(lua_State *L, int env, const char *name, struct arena *a)
{
    str s = STR_NONE;
    if (push_field(L, env, name)) {
        if (lua_type(L, -1) != LUA_TSTRING)
            fail_field(L, name, "a string");
        s = str_copy(a, value_str(L, -1));
        if (memchr(s.p, '\0', s.n))
            error_raise(L, "'%s' holds a NUL byte", name);
    }
    lua_pop(L, 1);
    return s;
}

static void header_strs(lua_State *L, int env, const char *name, struct strs *out,
                        struct arena *a)
{
    static const char expected[] = "a string or a list of strings";
    bool given = push_field(L, env, name);
    if (given && lua_type(L, -1) == LUA_TSTRING) {
        if (value_str(L, -1).n == 0)
            error_raise(L, "'%s' must not be an empty string: write nil for none", name);
        strs_add(out, str_copy(a, value_str(L, -1)), a);
    } else if (given) {
        if (!value_is_table(L, -1))
            fail_field(L, name, expected);
        int list = lua_gettop(L);
        lua_Integer n = (lua_Integer)lua_rawlen(L, list), count = 0;
        for (lua_pushnil(L); lua_next(L, list); lua_pop(L, 1))
            count++;
        if (count != n)
            fail_field(L, name, expected);
        for (lua_Integer i = 1; i <= n; i++) {
            lua_rawgeti(L, list, i);
            if (lua_type(L, -1) != LUA_TSTRING || value_str(L, -1).n == 0)
                error_raise(L, "'%s' must be %s: item %lld is %s", name, expected,
                            (long long)i, value_describe(L, -1));
            strs_add(out, str_copy(a, value_str(L, -1)), a);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* settings = { lock_timeout = "4s" }: scalars only. */
static struct val header_settings(lua_State *L, int env, struct arena *a)
{
    struct val v = {.kind = VAL_NONE};
    if (push_field(L, env, "settings")) {
        if (!value_is_table(L, -1))
            fail_field(L, "settings", "a table { name = value }");
        v = value_any(L, -1, a, "settings");
        if (v.kind != VAL_MAP)
            error_raise(L, "'settings' must be a table { name = value }, got a list");
        for (size_t i = 0; i < v.map.n; i++) {
            enum val_kind k = v.map.at[i].val.kind;
            if (k != VAL_STR && k != VAL_INT && k != VAL_NUM && k != VAL_BOOL)
                error_raise(L,
                            "settings: '%.*s' must be a string, a number, true or false",
                            STR_ARG(v.map.at[i].key));
        }
    }
    lua_pop(L, 1);
    return v;
}

/* A field of the header that is a local variable: the revision would do without it, and
 * stand somewhere else in the history. */
static void check_local(lua_State *L, int env, struct reading *r)
{
    static const char *const names[] = {"revision",   "down_revision", "branch_labels",
                                        "depends_on", "transactional", "upgrade",
                                        "downgrade",  "verify"};
    if (str_index(r->text, STR("local ")) == r->text.n)
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool given = push_field(L, env, names[i]);
        lua_pop(L, 1);
        int line = given ? 0 : header_local(r->text, str_of(names[i]));
        if (!line)
            continue;
        vm_of(L)->first_line = line;
        error_raise_hint(L,
                         str_of(lua_pushfstring(
                             L, "'%s' is local: only the file itself sees it", names[i])),
                         STR("take the word 'local' away"));
    }
}

static void header_fields(lua_State *L, int env, struct reading *r)
{
    struct revision *out = r->revision;
    struct arena *a = r->arena;
    check_local(L, env, r);
    out->id = header_text(L, env, "revision", a);
    r->found = out->id.p != NULL;
    if (r->found && out->id.n == 0)
        error_raise(L, "'revision' must not be empty");
    out->message = header_text(L, env, "message", a);
    header_strs(L, env, "down_revision", &out->down, a);
    header_strs(L, env, "branch_labels", &out->labels, a);
    header_strs(L, env, "depends_on", &out->depends, a);
    out->irreversible = header_text(L, env, "irreversible", a);
    if (out->irreversible.p && out->irreversible.n == 0)
        error_raise(L,
                    "'irreversible' says why there is no way back: it must not be empty");
    out->transactional = true;
    if (push_field(L, env, "transactional")) {
        if (!lua_isboolean(L, -1))
            fail_field(L, "transactional", "true or false");
        out->transactional = lua_toboolean(L, -1);
    }
    lua_pop(L, 1);
    if (r->migration)
        r->migration->settings = header_settings(L, env, a);
}

static bool has_function(lua_State *L, int env, const char *name)
{
    bool given = push_field(L, env, name);
    if (given && !lua_isfunction(L, -1))
        fail_field(L, name, "a function");
    lua_pop(L, 1);
    return given;
}

/* A global function whose name is near to an entry that is not there. */
static void check_misspelt(lua_State *L, int env, const char *entry)
{
    str candidate = str_of(entry);
    for (lua_pushnil(L); lua_next(L, env); lua_pop(L, 1)) {
        if (!lua_isfunction(L, -1) || lua_type(L, -2) != LUA_TSTRING)
            continue;
        str name = value_str(L, -2);
        bool is_entry = false;
        for (size_t i = 0; i < sizeof entry_names / sizeof *entry_names; i++)
            is_entry = is_entry || str_is(name, entry_names[i]);
        if (is_entry || !str_nearest(name, &candidate, 1).p)
            continue;
        lua_Debug ar;
        lua_pushvalue(L, -1);
        lua_getinfo(L, ">S", &ar);
        vm_of(L)->first_line = ar.linedefined;
        error_raise(L, "there is no function %s(): did you mean it by '%.*s'?", entry,
                    STR_ARG(name));
    }
}

static void check_entries(lua_State *L, int env, struct migration *m)
{
    m->has_upgrade = has_function(L, env, "upgrade");
    m->has_downgrade = has_function(L, env, "downgrade");
    m->has_change = has_function(L, env, "change");
    m->has_verify = has_function(L, env, "verify");
    if (!m->has_upgrade && !m->has_change)
        check_misspelt(L, env, "upgrade");
    if (!m->has_downgrade && !m->has_change)
        check_misspelt(L, env, "downgrade");
    if (!m->has_verify)
        check_misspelt(L, env, "verify");
    if (!m->has_upgrade && !m->has_change)
        error_raise_hint(L, STR("the revision has no function upgrade()"),
                         STR("write 'function upgrade() ... end', empty for a merge"));
    if (m->has_change && (m->has_upgrade || m->has_downgrade))
        error_raise(L, "the revision has change() and %s(): change() stands for both",
                    m->has_upgrade ? "upgrade" : "downgrade");
}

/* lint.allow(rule, because): at the top level for the whole revision, inside a function
 * for what follows. */
static int f_allow(lua_State *L)
{
    struct vm *vm = vm_of(L);
    str texts[2];
    for (int i = 0; i < 2; i++) {
        if (lua_type(L, i + 1) != LUA_TSTRING || value_str(L, i + 1).n == 0)
            error_raise(
                L, "lint.allow takes the name of a rule and the reason, two strings");
        texts[i] = value_str(L, i + 1);
    }
    struct arena *a = vm->host      ? vm->host->arena
                      : vm->reading ? vm->reading->arena
                                    : NULL;
    if (!a)
        error_raise(L, "lint.allow answers only in a migration");
    struct silence s = {str_copy(a, texts[0]), str_copy(a, texts[1]), error_place(L)};
    if (vm->host) {
        if (vm->host->allow)
            vm->host->allow(vm->host, &s);
    } else if (vm->reading->migration) {
        struct silences *list = &vm->reading->migration->silences;
        *PUSH(a, list->at, list->n, list->room) = s;
    }
    return 0;
}

void migration_open(lua_State *L)
{
    box_push_names(L, BOX_MIGRATION);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, f_allow);
    lua_setfield(L, -2, "allow");
    box_lock(L, "lint");
    lua_setfield(L, -2, "lint");
    lua_pop(L, 1);
}

static int f_read(lua_State *L)
{
    struct reading *r = lua_touserdata(L, 1);
    box_push(L, BOX_MIGRATION);
    int env = lua_gettop(L);
    box_compile(L, env, r->text, r->file);
    lua_call(L, 0, 0);
    header_fields(L, env, r);
    if (r->migration) {
        if (!r->found)
            error_raise_hint(L, STR("the file names no revision"),
                             STR("write revision = \"...\" at its top"));
        check_entries(L, env, r->migration);
        lua_pushvalue(L, env);
        r->migration->reference = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    return 0;
}

/* A protected call with the script's file known to errors. */
static bool run_for(struct vm *vm, str file, lua_CFunction f, void *context,
                    struct err *e)
{
    str outer = vm->file;
    int line = vm->first_line;
    vm->file = file;
    vm->first_line = 0;
    bool ok = vm_protect(vm->L, f, context, e);
    vm->file = outer;
    vm->first_line = line;
    return ok;
}

/* ---- the interface ---- */

bool migration_header(struct vm *vm, const char *path, str file, struct revision *out,
                      struct arena *a, struct err *e)
{
    str text;
    struct arena scratch = {0};
    memset(out, 0, sizeof *out);
    bool ok = read_source(path, file, &text, &scratch, e);
    if (ok) {
        out->created = str_copy(a, header_created(text));
        out->file = str_copy(a, file);
        struct revision scanned = *out;
        if (header_scan(text, &scanned, a)) {
            *out = scanned;
        } else {
            struct revision read = *out;
            struct reading r = {text, out->file, &read, a, NULL, false};
            vm->reading = &r;
            ok = run_for(vm, out->file, f_read, &r, e);
            vm->reading = NULL;
            *out = read;
            if (ok && !r.found) {
                err_set(e, ERR_FAILED, "%.*s names no revision", STR_ARG(file));
                err_at(e, file, 0);
                ok = err_hint(e, "write revision = \"...\" at its top, or move the file "
                                 "elsewhere");
            }
        }
    }
    arena_reset(&scratch);
    return ok;
}

bool migration_load(struct vm *vm, const char *path, str file, struct migration *out,
                    struct arena *a, struct err *e)
{
    memset(out, 0, sizeof *out);
    out->reference = LUA_NOREF;
    out->revision.file = str_copy(a, file);
    if (!read_source(path, file, &out->source, a, e))
        return false;
    checksum(out->source, out->checksum);
    out->revision.created = header_created(out->source);
    struct reading r = {out->source, out->revision.file, &out->revision, a, out, false};
    vm->reading = &r;
    bool ok = run_for(vm, out->revision.file, f_read, &r, e);
    vm->reading = NULL;
    return ok;
}

static int f_unload(lua_State *L)
{
    struct migration *m = lua_touserdata(L, 1);
    luaL_unref(L, LUA_REGISTRYINDEX, m->reference);
    return 0;
}

void migration_unload(struct vm *vm, struct migration *m)
{
    struct err ignored = {0};
    if (m->reference != LUA_NOREF && m->reference != 0)
        vm_protect(vm->L, f_unload, m, &ignored);
    m->reference = LUA_NOREF;
    err_clear(&ignored);
}

struct running {
    struct migration *migration;
    enum entry entry;
    struct verdict verdict;
};

static int f_run(lua_State *L)
{
    struct running *run = lua_touserdata(L, 1);
    struct vm *vm = vm_of(L);
    const char *name = entry_names[run->entry];
    lua_rawgeti(L, LUA_REGISTRYINDEX, run->migration->reference);
    int env = lua_gettop(L);
    if (!push_field(L, env, name))
        error_raise(L, "the revision has no function %s()", name);
    lua_Debug ar;
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &ar);
    vm->first_line = ar.linedefined;
    lua_pushliteral(L, "ctx");
    ctx_push(L);
    lua_rawset(L, env);
    lua_call(L, 0, 2);
    run->verdict.ok = lua_isboolean(L, -2) && lua_toboolean(L, -2);
    if (lua_type(L, -1) == LUA_TSTRING)
        run->verdict.why = str_copy(vm->host->arena, value_str(L, -1));
    return 0;
}

static int f_revoke(lua_State *L)
{
    struct migration *m = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, m->reference);
    lua_pushliteral(L, "ctx");
    lua_pushnil(L);
    lua_rawset(L, -3);
    return 0;
}

struct val context_val(const struct context *c, struct arena *a)
{
    const struct pair pairs[] = {
        {STR("direction"), val_str(c->up ? STR("upgrade") : STR("downgrade"))},
        {STR("env"), val_str(c->env)},
        {STR("offline"), val_bool(c->offline)},
        {STR("revision"), val_str(c->revision)},
        {STR("server_version"), val_int(c->server_version)},
        {STR("tag"), val_str(c->tag)},
        {STR("x"), c->x.kind == VAL_MAP ? c->x : val_map(a, 0)},
    };
    size_t n = sizeof pairs / sizeof *pairs;
    struct val ctx = val_map(a, n);
    for (size_t i = 0; i < n; i++)
        ctx.map.at[i] = pairs[i];
    map_sort(&ctx.map);
    return ctx;
}

bool migration_run(struct vm *vm, struct migration *m, enum entry entry,
                   struct host *host, struct verdict *verdict, struct err *e)
{
    struct running run = {.migration = m, .entry = entry};
    struct err ignored = {0};
    vm->host = host;
    vm->entry = entry;
    bool ok = run_for(vm, m->revision.file, f_run, &run, e);
    vm->host = NULL;
    vm->in_autocommit = false;
    vm_protect(vm->L, f_revoke, m, &ignored);
    err_clear(&ignored);
    if (verdict)
        *verdict = ok ? run.verdict : (struct verdict){0};
    return ok;
}
