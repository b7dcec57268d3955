/* op.execute_file and op.copy_from: what lies in files beside a migration. */
#include "plan/quote.h"
#include "script/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)64 << 10) /* bytes of COPY data handed on at once */
#define FILE_BOX_META "moonshift.file-box"

/* A path of the migration's: relative to its directory. */
str data_beside(lua_State *L, const struct host *host, str name, const char *what,
                struct arena *a)
{
    if (name.n == 0 || memchr(name.p, '\0', name.n))
        error_raise(L, "%s: the name of the file is empty or holds a NUL byte", what);
    if (name.p[0] == '/')
        return str_copy(a, name);
    str directory = host->directory.n ? host->directory : STR(".");
    return str_fmt(a, "%.*s/%.*s", STR_ARG(directory), STR_ARG(name));
}

/* op.execute_file(name): a script of SQL in a file. */
static int f_execute_file(lua_State *L)
{
    static const char what[] = "op.execute_file";
    struct host *host = host_for_change(L, what);
    if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TSTRING)
        error_raise(L, "%s takes the name of a file, relative to the migration", what);
    struct err *e = box_err(L);
    str name = value_str(L, 1), text;
    str path = data_beside(L, host, name, what, host->arena);
    if (!source_read(path.p, str_copy(host->arena, name), &text, host->arena, e))
        error_raise_err(L, e);
    if (!text_ok(text))
        error_raise(L, "%s: %.*s is not UTF-8 text", what, STR_ARG(name));
    struct op *op = op_new(host->arena, OP_execute);
    op->from = error_place(L);
    op->from.script = str_copy(host->arena, name);
    rec_set(op->args, K_sql, val_str(text));
    if (!host->apply(host, op, e)) {
        if (e->context.n == 0)
            e->context = str_fmt(&e->arena, "the script is %.*s", STR_ARG(name));
        error_raise_err(L, e);
    }
    return 0;
}

/* ---- COPY ---- */

static void put_names(struct buf *b, struct list names)
{
    bool first = true;
    buf_put(b, "(");
    for (size_t i = 0; i < names.n; i++) {
        buf_sep(b, &first, ", ");
        quote_ident(b, names.at[i].s);
    }
    buf_put(b, ")");
}

static void put_option(struct buf *b, bool *first, const char *name, str value)
{
    buf_sep(b, first, ", ");
    buf_put(b, name);
    buf_char(b, ' ');
    quote_literal(b, value);
}

/* Keys that the call does not have are not given. */
static bool given(const struct rec *args, enum key key)
{
    return shape_field(args->shape, key_word(key)) && rec_has(args, key);
}

static void put_options(struct buf *b, const struct rec *args)
{
    static const struct {
        enum key key;
        const char *name;
    } texts[] = {{K_format, "FORMAT"}, {K_delimiter, "DELIMITER"},
                 {K_null, "NULL"},     {K_quote, "QUOTE"},
                 {K_escape, "ESCAPE"}, {K_encoding, "ENCODING"}};
    static const struct {
        enum key key;
        const char *name;
    } lists[] = {{K_force_null, "FORCE_NULL"},
                 {K_force_not_null, "FORCE_NOT_NULL"},
                 {K_force_quote, "FORCE_QUOTE"}};
    bool first = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (given(args, texts[i].key))
            put_option(b, &first, texts[i].name, rec_str(args, texts[i].key));
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (given(args, lists[i].key)) {
            buf_sep(b, &first, ", ");
            buf_fmt(b, "%s ", lists[i].name);
            put_names(b, rec_list(args, lists[i].key));
        }
    if (rec_bool(args, K_header) || rec_str(args, K_header).p) {
        buf_sep(b, &first, ", ");
        buf_put(b, rec_str(args, K_header).p ? "HEADER MATCH" : "HEADER");
    }
    if (given(args, K_freeze) && rec_bool(args, K_freeze)) {
        buf_sep(b, &first, ", ");
        buf_put(b, "FREEZE");
    }
}

void data_put_options(struct buf *b, const struct rec *args)
{
    struct buf options = buf_in(b->arena);
    put_options(&options, args);
    if (options.n)
        buf_fmt(b, " WITH (%.*s)", STR_ARG(buf_done(&options)));
}

void data_put_columns(struct buf *b, const struct rec *args)
{
    if (!rec_has(args, K_columns))
        return;
    buf_char(b, ' ');
    put_names(b, rec_list(args, K_columns));
}

/* A path as errors show it: relative to the project, like the migration's own. */
static str shown(str migration, str name, struct arena *a)
{
    size_t slash = str_rfind(migration, '/');
    if (name.p[0] == '/' || slash == migration.n)
        return name;
    return str_fmt(a, "%.*s/%.*s", STR_ARG(str_cut(migration, 0, slash)), STR_ARG(name));
}

/* The server counts lines: "COPY t, line 3, column n: ...". Says what of. */
static void say_where(struct err *e, str file)
{
    str mark = STR(", line ");
    size_t at = str_index(e->context, mark);
    if (!str_starts(e->context, STR("COPY ")) || at == e->context.n)
        return;
    str rest = str_cut(e->context, at + mark.n, e->context.n);
    e->context = str_fmt(&e->arena, "%.*s%s%.*s", STR_ARG(file),
                         file.n ? ":" : "the data, line ", STR_ARG(rest));
}

static str copy_sql(const struct rec *args, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_put(&b, "COPY ");
    quote_name(&b, rec_str(args, K_schema), rec_str(args, K_table));
    data_put_columns(&b, args);
    buf_put(&b, " FROM STDIN");
    data_put_options(&b, args);
    return buf_done(&b);
}

/* ---- from a file ---- */

struct file_box {
    int fd; /* one more than the descriptor: 0 is none */
};

static int f_file_close(lua_State *L)
{
    struct file_box *box = lua_touserdata(L, 1);
    if (box->fd)
        close(box->fd - 1);
    box->fd = 0;
    return 0;
}

struct file_source {
    struct file_box *box;
    str name;
    char *room;  /* PIECE bytes */
    bool marked; /* the file may begin with a mark that is no data */
};

/* Some programs begin UTF-8 with a byte order mark; COPY would take it for data. */
static str without_mark(struct file_source *s, str piece)
{
    bool marked = s->marked && str_starts(piece, STR("\xEF\xBB\xBF"));
    s->marked = false;
    return marked ? str_cut(piece, 3, piece.n) : piece;
}

static bool next_of_file(void *context, str *piece, struct err *e)
{
    struct file_source *s = context;
    ssize_t n;
    do
        n = read(s->box->fd - 1, s->room, PIECE);
    while (n < 0 && errno == EINTR && !vm_interrupted);
    if (n < 0)
        return err_set(e, ERR_FAILED, "%.*s cannot be read: %s", STR_ARG(s->name),
                       strerror(errno));
    *piece = without_mark(s, (str){s->room, (size_t)n});
    return true;
}

static void open_file(lua_State *L, struct file_source *s, str path)
{
    struct stat st;
    s->box = lua_newuserdatauv(L, sizeof *s->box, 0);
    s->box->fd = 0;
    luaL_setmetatable(L, FILE_BOX_META);
    lua_toclose(L, -1);
    s->box->fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK) + 1;
    if (s->box->fd == 0)
        error_raise(L, "op.copy_from: %.*s cannot be read: %s", STR_ARG(s->name),
                    strerror(errno));
    if (fstat(s->box->fd - 1, &st) != 0 || !S_ISREG(st.st_mode))
        error_raise(L, "op.copy_from: %.*s is not a regular file", STR_ARG(s->name));
}

/* ---- from Lua ---- */

struct row_source {
    lua_State *L;
    int rows; /* stack index of the list or function */
    lua_Integer next;
    struct list columns;
    struct arena *arena; /* emptied for each piece */
    str piece;
};

/* A value in COPY's text format (manual, COPY, File Formats). */
static void put_cell(lua_State *L, struct buf *b, const struct row_source *source)
{
    char what[64];
    str s;
    if (lua_isinteger(L, -1)) { /* most cells are numbers or text */
        buf_fmt(b, "%lld", (long long)lua_tointeger(L, -1));
        return;
    }
    snprintf(what, sizeof what, "op.copy_from: row %lld: a value",
             (long long)source->next);
    if (!param_text(L, &s, b->arena, what)) {
        buf_put(b, "\\N");
        return;
    }
    for (size_t i = 0; i < s.n; i++)
        switch (s.p[i]) {
        case '\\':
            buf_put(b, "\\\\");
            break;
        case '\t':
            buf_put(b, "\\t");
            break;
        case '\n':
            buf_put(b, "\\n");
            break;
        case '\r':
            buf_put(b, "\\r");
            break;
        default:
            buf_char(b, s.p[i]);
            break;
        }
}

/* A row of which `taken` values were read: one more stands where nobody looks, under a
 * mistyped name as it is, and would be lost. */
static void check_all_taken(lua_State *L, int row, lua_Integer taken,
                            const struct row_source *s, lua_Integer n, bool named)
{
    lua_Integer count = 0;
    for (lua_pushnil(L); lua_next(L, row); lua_pop(L, 1))
        count++;
    if (count == taken)
        return;
    for (lua_pushnil(L); lua_next(L, row); lua_pop(L, 1)) {
        bool text = lua_type(L, -2) == LUA_TSTRING, known = false;
        for (lua_Integer i = 0; text && named && i < n; i++)
            known |= str_eq(value_str(L, -2), s->columns.at[i].s);
        if (!named && lua_isinteger(L, -2))
            known = lua_tointeger(L, -2) >= 1 && lua_tointeger(L, -2) <= n;
        if (!known)
            error_raise(
                L,
                "op.copy_from: row %lld has a value under %s, which is none of the columns",
                (long long)s->next,
                text ? lua_pushfstring(L, "'%s'", lua_tostring(L, -2))
                     : value_describe(L, -2));
    }
}

/* The row on top: { 1, "a" } in the order of the columns, or { id = 1, name = "a" }. */
static void put_row(lua_State *L, struct buf *b, const struct row_source *s)
{
    if (!value_is_table(L, -1))
        error_raise(L, "op.copy_from: row %lld must be a table, got %s",
                    (long long)s->next, value_describe(L, -1));
    int row = lua_gettop(L);
    lua_pushnil(L);
    bool named = lua_next(L, row) && lua_type(L, -2) == LUA_TSTRING;
    lua_settop(L, row);
    lua_Integer n =
        s->columns.n ? (lua_Integer)s->columns.n : (lua_Integer)lua_rawlen(L, row);
    if (named && !s->columns.n)
        error_raise(L, "op.copy_from: rows with names need the list of columns");
    if (!named && (lua_Integer)lua_rawlen(L, row) > n)
        error_raise(L, "op.copy_from: row %lld has %lld values for %lld columns",
                    (long long)s->next, (long long)lua_rawlen(L, row), (long long)n);
    lua_Integer taken = 0;
    for (lua_Integer i = 1; i <= n; i++) {
        if (i > 1)
            buf_char(b, '\t');
        if (named) {
            str name = s->columns.at[i - 1].s;
            lua_pushlstring(L, name.p, name.n);
            lua_rawget(L, row);
        } else {
            lua_rawgeti(L, row, i);
        }
        taken += !lua_isnil(L, -1);
        put_cell(L, b, s);
        lua_settop(L, row);
    }
    check_all_taken(L, row, taken, s, n, named);
    buf_char(b, '\n');
}

/* Rows until a piece is full; called with the source and the rows. */
static int f_fill(lua_State *L)
{
    struct row_source *s = lua_touserdata(L, 1);
    struct buf b = buf_in(s->arena);
    while (b.n < PIECE) {
        lua_settop(L, 2);
        if (lua_isfunction(L, 2)) {
            lua_pushvalue(L, 2);
            lua_call(L, 0, 1);
        } else {
            lua_rawgeti(L, 2, s->next);
        }
        if (lua_isnil(L, -1))
            break;
        put_row(L, &b, s);
        s->next++;
    }
    s->piece = b.n ? buf_done(&b) : STR_NONE;
    return 0;
}

static bool next_of_rows(void *context, str *piece, struct err *e)
{
    struct row_source *s = context;
    if (!lua_checkstack(s->L, 8))
        return err_set(e, ERR_FAILED, "not enough memory for Lua's stack");
    arena_rewind(s->arena);
    lua_pushcfunction(s->L, f_fill);
    lua_pushlightuserdata(s->L, s);
    lua_pushvalue(s->L, s->rows);
    if (!vm_protect_call(s->L, 2, 0, e))
        return false;
    *piece = s->piece;
    return true;
}

/* ---- the call ---- */

/* Pushes `rows` of the options table (the last argument) and takes it out of the call. */
static bool take_rows(lua_State *L, int n)
{
    if (n < 1 || !value_is_table(L, n))
        return false;
    lua_pushliteral(L, "rows");
    int type = lua_rawget(L, n);
    if (type == LUA_TNIL || n < 2) {
        lua_pop(L, 1);
        return false;
    }
    if (type != LUA_TTABLE && type != LUA_TFUNCTION)
        error_raise(L,
                    "op.copy_from: 'rows' must be a list of rows or a function, got %s",
                    value_describe(L, -1));
    /* The reader sees a copy of the options with a function in its place. */
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, n); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    lua_pushliteral(L, "rows");
    lua_pushcfunction(L, f_fill);
    lua_rawset(L, -3);
    lua_replace(L, n);
    return true;
}

/* The whole text at once. */
static bool next_of_text(void *context, str *piece, struct err *e)
{
    str *rest = context;
    (void)e;
    *piece = *rest;
    *rest = STR_NONE;
    return true;
}

/* `rows`: where they stand on the stack, or 0. */
static bool copy_in(lua_State *L, struct host *host, const struct rec *args, int rows,
                    const struct stmt *s, int64_t *count, struct err *e)
{
    static const char what[] = "op.copy_from";
    struct arena *a = box_arena(L);
    if (rows) {
        struct row_source source = {L, rows, 1, rec_list(args, K_columns), a, STR_NONE};
        return host->copy_in(host, s, next_of_rows, &source, count, e);
    }
    if (rec_has(args, K_text)) {
        str text = rec_str(args, K_text);
        return host->copy_in(host, s, next_of_text, &text, count, e);
    }
    str encoding = rec_str(args, K_encoding);
    struct file_source source = {
        .name = rec_str(args, K_file),
        .marked = !str_is(rec_str(args, K_format), "binary") &&
                  (!encoding.n || str_is(encoding, "utf8") || str_is(encoding, "UTF8"))};
    source.room = arena_alloc(a, PIECE);
    open_file(L, &source, data_beside(L, host, source.name, what, a));
    return host->copy_in(host, s, next_of_file, &source, count, e);
}

/* op.copy_from(table, columns, options): the number of rows copied. */
static int f_copy_from(lua_State *L)
{
    static const char what[] = "op.copy_from";
    struct host *host = host_for_change(L, what);
    int n = lua_gettop(L);
    luaL_checkstack(L, 16, NULL);
    bool from_rows = take_rows(L, n);
    int rows = lua_gettop(L);
    struct rec *args = rec_new(host->arena, &shape_copy_from);
    read_call(L, what, n, args, NULL, host->arena);
    if (from_rows + rec_has(args, K_file) + rec_has(args, K_text) != 1)
        error_raise(L, "%s takes file = \"...\", rows = { ... } or text = \"...\"", what);
    if (from_rows && rec_str(args, K_format).p &&
        !str_is(rec_str(args, K_format), "text"))
        error_raise(L, "%s: rows are sent in the format text: leave 'format' out", what);
    const struct val *version = val_get(&host->ctx, STR("server_version"));
    if (rec_str(args, K_header).p && version->kind == VAL_INT && version->i &&
        version->i < 150000)
        error_raise(
            L,
            "%s: header = \"match\" needs PostgreSQL 15: write header = true, and "
            "the columns in the order of the file",
            what);
    struct err *e = box_err(L);
    struct stmt s = {.sql = copy_sql(args, host->arena), .from = error_place(L)};
    int64_t count = 0;
    if (!copy_in(L, host, args, from_rows ? rows : 0, &s, &count, e)) {
        say_where(e, rec_has(args, K_file)
                         ? shown(s.from.file, rec_str(args, K_file), host->arena)
                         : STR_NONE);
        error_raise_err(L, e);
    }
    lua_pushinteger(L, count);
    return 1;
}

/* Adds to the table `op` on top. */
void data_open(lua_State *L)
{
    luaL_newmetatable(L, FILE_BOX_META);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, f_file_close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, f_file_close);
    lua_setfield(L, -2, "__close");
    lua_pop(L, 1);
    lua_pushcfunction(L, f_execute_file);
    lua_setfield(L, -2, "execute_file");
    lua_pushcfunction(L, f_copy_from);
    lua_setfield(L, -2, "copy_from");
    backfill_open(L);
}
