#include "plan/annotate.h"

#include "model/op.h"
#include "plan/render.h"

#include <string.h>

/* What no row of op.def tells. */
static const char head[] =
    "---@meta\n"
    "-- The names that migrations and models see, for the Lua language server.\n"
    "-- Made by moonshift init; not read by moonshift.\n"
    "\n"
    "---Raw SQL, made by `sql \"...\"`.\n"
    "---@class moonshift.sql\n"
    "\n"
    "---SQL's NULL as a parameter or value; \"remove it\" as an option.\n"
    "---@class moonshift.null\n"
    "\n"
    "---@alias moonshift.value boolean|number|string|moonshift.sql|moonshift.null\n"
    "\n"
    "---Raw SQL where a value or a name is expected.\n"
    "---@param text string\n"
    "---@return moonshift.sql\n"
    "function sql(text) end\n"
    "\n"
    "---First line of the history.\n"
    "---@type string\n"
    "message = nil\n"
    "---@type string\n"
    "revision = nil\n"
    "---@type nil|string|string[]\n"
    "down_revision = nil\n"
    "---@type nil|string|string[]\n"
    "branch_labels = nil\n"
    "---@type nil|string|string[]\n"
    "depends_on = nil\n"
    "---false: every statement commits by itself.\n"
    "---@type boolean\n"
    "transactional = nil\n"
    "---SET LOCAL for this revision.\n"
    "---@type table<string, string|number|boolean>\n"
    "settings = nil\n"
    "---Why there is no way down.\n"
    "---@type string\n"
    "irreversible = nil\n"
    "---@type fun()\n"
    "upgrade = nil\n"
    "---@type fun()\n"
    "downgrade = nil\n"
    "---Instead of both: what is to be done, whose way back is its opposite.\n"
    "---@type fun()\n"
    "change = nil\n"
    "---Looks after upgrade(); anything but true rolls the revision back.\n"
    "---@type fun(): boolean?, string?\n"
    "verify = nil\n"
    "\n"
    "---What a script is told about its run.\n"
    "---@class moonshift.ctx\n"
    "---@field offline boolean true with --sql: nothing can be read\n"
    "---@field server_version integer as PostgreSQL counts: 150004\n"
    "---@field revision string\n"
    "---@field direction \"upgrade\"|\"downgrade\"\n"
    "---@field x table<string, string> the values of -x KEY=VALUE\n"
    "---@field env string the value of --env\n"
    "---@field tag string the value of --tag\n"
    "ctx = {}\n"
    "\n"
    "---@class moonshift.log\n"
    "---@overload fun(...: any)\n"
    "log = {}\n"
    "---The same as log.info.\n"
    "---@param ... any\n"
    "function print(...) end\n"
    "---@param ... any\n"
    "function log.info(...) end\n"
    "---@param ... any\n"
    "function log.warn(...) end\n"
    "---@param ... any\n"
    "function log.debug(...) end\n"
    "\n"
    "---@class moonshift.lint\n"
    "lint = {}\n"
    "---What `moonshift lint` may pass over: at the top level for the whole revision,\n"
    "---inside a function for what follows.\n"
    "---@param rule string\n"
    "---@param because string\n"
    "function lint.allow(rule, because) end\n"
    "\n"
    "---Reads the database. Parameters stand for $1, $2 in the text.\n"
    "---@class moonshift.db\n"
    "---@field NULL moonshift.null\n"
    "db = {}\n"
    "---All rows.\n"
    "---@param text string\n"
    "---@param ... moonshift.value\n"
    "---@return table<string, any>[]\n"
    "function db.query(text, ...) end\n"
    "---The only row, or nil; more than one is an error.\n"
    "---@param text string\n"
    "---@param ... moonshift.value\n"
    "---@return table<string, any>?\n"
    "function db.one(text, ...) end\n"
    "---The first column of the first row, or nil.\n"
    "---@param text string\n"
    "---@param ... moonshift.value\n"
    "---@return any\n"
    "function db.scalar(text, ...) end\n"
    "---Row by row: `for row in db.each(\"...\") do ... end`. With a function as the last\n"
    "---argument, each row is passed to it while the rows arrive, in constant memory.\n"
    "---@param text string\n"
    "---@param ... any\n"
    "---@return fun(): table<string, any>?\n"
    "function db.each(text, ...) end\n"
    "---JSON text as Lua values: null is db.NULL, nil stays nil.\n"
    "---@param text string?\n"
    "---@return any\n"
    "function db.decode(text) end\n"
    "---The text of an array, {a,b}, as a list of strings, or of what `convert` makes of\n"
    "---them; NULL is db.NULL.\n"
    "---@param text string?\n"
    "---@param convert? fun(text: string): any\n"
    "---@return any[]?\n"
    "function db.decode_array(text, convert) end\n"
    "---Lua values as JSON text, keys in order.\n"
    "---@param value any\n"
    "---@return string\n"
    "function db.encode(value) end\n"
    "---The same table, marked as a list: an empty one is [] in JSON.\n"
    "---@param list table?\n"
    "---@return table\n"
    "function db.array(list) end\n"
    "\n"
    "---Changes the database.\n"
    "---@class moonshift.op\n"
    "---@field NULL moonshift.null\n"
    "op = {}\n"
    "---Runs the function outside a transaction: each statement commits by itself.\n"
    "---@param body fun()\n"
    "function op.autocommit(body) end\n"
    "---The name itself: Alembic marks names that are final so.\n"
    "---@param name string\n"
    "---@return string\n"
    "function op.f(name) end\n"
    "---Runs a script of SQL.\n"
    "---@param file string relative to the migration\n"
    "function op.execute_file(file) end\n"
    "\n"
    "---Says what the schema should be.\n"
    "---@class moonshift.model\n"
    "---@field NULL moonshift.null\n"
    "model = {}\n";

/* "a|b c" as LuaLS writes choices: "a"|"b c". */
static void put_words(struct buf *b, const char *words)
{
    str rest = str_of(words), piece;
    bool first = true;
    while (str_split(&rest, '|', &piece)) {
        buf_sep(b, &first, "|");
        buf_fmt(b, "\"%.*s\"", STR_ARG(piece));
    }
}

static void put_shape_name(struct buf *b, const struct shape *s)
{
    buf_fmt(b, "moonshift.%s", s->name);
}

/* A record, and what may stand for one. */
static void put_rec_type(struct buf *b, const struct field *f)
{
    put_shape_name(b, f->shape);
    if (f->type == F_KEYS)
        buf_put(b, "|moonshift.sql");
    if (f->type == F_REC && f->shape->fields[0].type == F_WORD)
        buf_put(b, "|boolean");
    buf_put(b, "|string");
}

static void put_type(struct buf *b, const struct field *f)
{
    static const char *const plain[] = {
        [F_NAME] = "string",
        [F_NAMES] = "string|string[]",
        [F_TEXT] = "string",
        [F_TEXTS] = "string|string[]",
        [F_SQL] = "string|moonshift.sql",
        [F_SQLS] = "string|moonshift.sql|(string|moonshift.sql)[]",
        [F_VALUE] = "moonshift.value",
        [F_VALUES] = "moonshift.value",
        [F_COMMENT] = "string|moonshift.null",
        [F_BOOL] = "boolean",
        [F_INT] = "integer",
        [F_MAP] =
            "table<string, moonshift.value>|{ [1]: string, [2]: moonshift.value }[]",
        [F_ROWS] = "table<string, moonshift.value>[]",
        [F_ANY] = "any",
        [F_FUNC] = "function",
    };
    switch (f->type) {
    case F_WORD:
        put_words(b, f->words);
        break;
    case F_WORDS:
        put_words(b, f->words);
        buf_put(b, "|(");
        put_words(b, f->words);
        buf_put(b, ")[]");
        break;
    case F_FLAG:
        buf_put(b, "boolean|");
        put_words(b, f->words);
        break;
    case F_REC:
    case F_REF:
        put_rec_type(b, f);
        break;
    case F_RECS:
    case F_KEYS:
        buf_char(b, '(');
        put_rec_type(b, f);
        buf_put(b, ")[]|");
        put_rec_type(b, f);
        break;
    default:
        buf_put(b, plain[f->type]);
    }
    if (f->place == PLACE_OPT_NULL)
        buf_put(b, "|moonshift.null");
}

/* The key as a name of Lua; its reserved words get a line behind them. */
static void put_name(struct buf *b, const struct field *f)
{
    str word = key_word(f->key);
    buf_str(b, word);
    if (is_lua_reserved(word))
        buf_char(b, '_');
}

static bool is_positional(const struct field *f)
{
    return f->place == PLACE_ARG || f->place == PLACE_ARG_NIL ||
           f->place == PLACE_ARG_MAY;
}

/* One line of a doc: what follows a line break would be Lua. */
static void put_doc(struct buf *b, const char *doc)
{
    for (const char *p = doc; *p; p++)
        buf_char(b, *p == '\n' ? ' ' : *p);
    buf_char(b, '\n');
}

static void put_keys(struct buf *b, const struct shape *s, bool nested)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        bool optional = f->place != PLACE_ARG && f->place != PLACE_OPT_MUST;
        if (f->place == PLACE_REST || (is_positional(f) && !nested))
            continue;
        if (is_positional(f))
            buf_fmt(b, "---@field [%zu] ", i + 1);
        else if (f->place == PLACE_ITEMS)
            buf_put(b, "---@field [integer] ");
        else
            buf_fmt(b, "---@field %.*s%s ", STR_ARG(key_word(f->key)),
                    optional ? "?" : "");
        put_type(b, f);
        buf_put(b, is_positional(f) && optional ? "? " : " ");
        put_doc(b, f->doc);
    }
}

static void put_shape(struct buf *b, const struct shape *s)
{
    buf_put(b, "\n---");
    put_doc(b, s->doc);
    buf_fmt(b, "---@class moonshift.%s\n", s->name);
    put_keys(b, s, true);
    if (shape_field(s, STR("name")))
        buf_put(b, "---@field renamed_from? string in models: the name before\n");
}

static bool has_table(const struct shape *s)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (!is_positional(&s->fields[i]) && s->fields[i].place != PLACE_REST)
            return true;
    return false;
}

static void put_function(struct buf *b, const char *object, const char *name,
                         const struct shape *s)
{
    buf_put(b, "---");
    put_doc(b, s->doc);
    bool has_rest = false, must = false;
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        has_rest |= f->place == PLACE_REST;
        must |= f->place == PLACE_OPT_MUST;
        if (!is_positional(f))
            continue;
        buf_put(b, "---@param ");
        put_name(b, f);
        buf_put(b, f->place == PLACE_ARG ? " " : "? ");
        put_type(b, f);
        buf_char(b, ' ');
        put_doc(b, f->doc);
    }
    if (has_table(s))
        buf_fmt(b, "---@param options%s moonshift.%s.options\n", must ? "" : "?",
                s->name);
    if (has_rest)
        buf_put(b, "---@param ... moonshift.value\n");
    buf_fmt(b, "function %s.%s(", object, name);
    bool first = true;
    for (size_t i = 0; i < s->n_fields; i++) {
        if (!is_positional(&s->fields[i]))
            continue;
        buf_sep(b, &first, ", ");
        put_name(b, &s->fields[i]);
    }
    if (has_table(s)) {
        buf_sep(b, &first, ", ");
        buf_put(b, "options");
    }
    if (has_rest) {
        buf_sep(b, &first, ", ");
        buf_put(b, "...");
    }
    buf_put(b, ") end\n");
}

static void put_options(struct buf *b, const struct shape *s)
{
    if (!has_table(s))
        return;
    buf_fmt(b, "\n---@class moonshift.%s.options\n", s->name);
    put_keys(b, s, false);
    if (str_starts(str_of(s->name), STR("create_")))
        buf_put(b, "---@field renamed_from? string in models: the name before\n");
}

static void put_op(struct buf *b, const struct op_info *info)
{
    const char *word = op_model_word(info);
    put_options(b, &info->shape);
    buf_char(b, '\n');
    put_function(b, "op", info->shape.name, &info->shape);
    if (word)
        put_function(b, "model", strcmp(word, "function") == 0 ? "func" : word,
                     &info->shape);
}

/* The records of op.def that are calls of their own have no row of an operation. */
static bool is_call(const struct shape *s)
{
    return s == &shape_copy_from || s == &shape_copy_to;
}

void render_annotations(struct buf *b)
{
    buf_put(b, head);
#define OP(...)
#define SHAPE(name, ...)                                                                 \
    if (!is_call(&shape_##name))                                                         \
        put_shape(b, &shape_##name);
#include "model/op.def"
#undef OP
#undef SHAPE
    put_options(b, &shape_copy_from);
    buf_char(b, '\n');
    put_function(b, "op", "copy_from", &shape_copy_from);
    put_options(b, &shape_copy_to);
    buf_put(b, "\n---@overload fun(source: string, target: fun(row: string), "
               "options?: moonshift.copy_to.options): integer\n"
               "---@return integer the number of rows\n");
    put_function(b, "db", "copy_to", &shape_copy_to);
    for (int kind = 0; kind < N_OPS; kind++)
        put_op(b, op_info((enum op_kind)kind));
}
