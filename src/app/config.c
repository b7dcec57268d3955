#include "app/config.h"

#include "app/dotenv.h"
#include "base/file.h"
#include "script/config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Rows of config.def: the type column is a name, or WORD("a|b"). */
#define TEXT CONFIG_TYPE_TEXT, NULL
#define URL CONFIG_TYPE_URL, NULL
#define PATH CONFIG_TYPE_PATH, NULL
#define TIME CONFIG_TYPE_TIME, NULL
#define INT CONFIG_TYPE_INT, NULL
#define BOOL CONFIG_TYPE_BOOL, NULL
#define LIST CONFIG_TYPE_LIST, NULL
#define TABLE CONFIG_TYPE_TABLE, NULL
#define WORD(words) CONFIG_TYPE_WORD, words
#define COMMANDS(words) CONFIG_TYPE_COMMANDS, words
const struct config_info config_infos[N_CONFIG_KEYS] = {
#define KEY(name, type, otherwise, help) {#name, type, otherwise, help},
#include "app/config.def"
#undef KEY
};

/* --- values ----------------------------------------------------------------------- */

bool config_time(str text, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1},      {"s", 1000},    {"m", 60000},
                 {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    text = str_trim(text);
    if (str_is(text, "forever")) {
        *ms = -1;
        return true;
    }
    size_t digits = 0;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    str unit = str_trim(str_cut(text, digits, text.n));
    long number;
    if (!str_int(str_cut(text, 0, digits), &number) || number > 1000000000)
        return false;
    if (number == 0 && unit.n == 0) {
        *ms = 0;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_is(unit, units[i].unit)) {
            *ms = number * units[i].ms;
            return true;
        }
    return false;
}

/* "wants a time": what a value of this type looks like. */
static str wanted(const struct config_info *info, struct arena *a)
{
    switch (info->type) {
    case CONFIG_TYPE_TEXT:
    case CONFIG_TYPE_URL:
    case CONFIG_TYPE_PATH:
        return STR("text");
    case CONFIG_TYPE_TIME:
        return STR("a time with its unit: \"500ms\", \"4s\", \"5min\", \"1h\", or 0");
    case CONFIG_TYPE_INT:
        return STR("a whole number");
    case CONFIG_TYPE_BOOL:
        return STR("true or false");
    case CONFIG_TYPE_LIST:
        return STR("a list of texts");
    case CONFIG_TYPE_TABLE:
        return STR("a table of key = value");
    case CONFIG_TYPE_COMMANDS:
    case CONFIG_TYPE_WORD:
        break;
    }
    struct buf b = buf_in(a);
    buf_put(&b, info->type == CONFIG_TYPE_WORD
                    ? "one of"
                    : "a table of commands, or lists of commands, for");
    str rest = str_of(info->words), word;
    bool first = true;
    while (str_split(&rest, '|', &word)) {
        buf_sep(&b, &first, ",");
        buf_fmt(&b, " \"%.*s\"", STR_ARG(word));
    }
    return buf_done(&b);
}

static bool misfit(const struct config_info *info, str origin, struct arena *a,
                   struct err *e)
{
    /* The value is not shown: it may be a URL with a password. */
    return err_set(e, ERR_FAILED, "%.*s: '%s' must be %.*s", STR_ARG(origin), info->name,
                   STR_ARG(wanted(info, a)));
}

static bool list_of_texts(const struct val *v, struct val *out, struct arena *a)
{
    if (v->kind == VAL_STR) {
        *out = val_strs(a, &v->s, 1);
        return true;
    }
    if (v->kind != VAL_LIST && !(v->kind == VAL_MAP && v->map.n == 0))
        return false;
    struct list empty = {0}, list = v->kind == VAL_LIST ? v->list : empty;
    for (size_t i = 0; i < list.n; i++)
        if (list.at[i].kind != VAL_STR)
            return false;
    *out = val_list(a, 0);
    out->list = list;
    return true;
}

static bool lists_of_texts(const struct config_info *info, const struct val *v,
                           struct val *out, struct arena *a)
{
    if (v->kind != VAL_MAP)
        return false;
    *out = val_map(a, v->map.n);
    for (size_t i = 0; i < v->map.n; i++) {
        out->map.at[i].key = v->map.at[i].key;
        if (!str_among(v->map.at[i].key, info->words) ||
            !list_of_texts(&v->map.at[i].val, &out->map.at[i].val, a))
            return false;
    }
    return true;
}

/* A value as Lua gave it to the value of a key; false: it does not fit. */
static bool fit(const struct config_info *info, const struct val *v, struct val *out,
                struct arena *a)
{
    int64_t ms;
    *out = *v;
    switch (info->type) {
    case CONFIG_TYPE_TEXT:
    case CONFIG_TYPE_URL:
    case CONFIG_TYPE_PATH:
        return v->kind == VAL_STR;
    case CONFIG_TYPE_WORD:
        return v->kind == VAL_STR && str_among(v->s, info->words);
    case CONFIG_TYPE_INT:
        return v->kind == VAL_INT && v->i >= 0;
    case CONFIG_TYPE_BOOL:
        return v->kind == VAL_BOOL;
    case CONFIG_TYPE_LIST:
        return list_of_texts(v, out, a);
    case CONFIG_TYPE_COMMANDS:
        return lists_of_texts(info, v, out, a);
    case CONFIG_TYPE_TABLE:
        return v->kind == VAL_MAP;
    case CONFIG_TYPE_TIME:
        if (v->kind == VAL_INT && v->i == 0)
            return true;
        if (v->kind != VAL_STR || !config_time(v->s, &ms))
            return false;
        *out = val_int(ms);
        return true;
    }
    return false;
}

/* Text (of an option or a variable) as the Lua value it stands for. */
static struct val from_text(const struct config_info *info, str text, struct arena *a)
{
    long number;
    if (info->type == CONFIG_TYPE_INT && str_int(text, &number))
        return val_int(number);
    if (info->type == CONFIG_TYPE_BOOL && (str_is(text, "true") || str_is(text, "1")))
        return val_bool(true);
    if (info->type == CONFIG_TYPE_BOOL && (str_is(text, "false") || str_is(text, "0")))
        return val_bool(false);
    if (info->type != CONFIG_TYPE_LIST)
        return val_str(str_copy(a, text));
    size_t n = 1, i = 0;
    for (size_t at = 0; at < text.n; at++)
        n += text.p[at] == ',';
    struct val list = val_list(a, n);
    str piece;
    while (str_split(&text, ',', &piece))
        list.list.at[i++] = val_str(str_copy(a, str_trim(piece)));
    return list;
}

bool config_set(struct config *c, enum config_key key, str text, str origin,
                struct arena *a, struct err *e)
{
    const struct config_info *info = &config_infos[key];
    struct val given = from_text(info, text, a);
    if (!fit(info, &given, &c->at[key], a))
        return misfit(info, origin, a, e);
    c->origin[key] = str_copy(a, origin);
    return true;
}

enum config_key config_named(str name)
{
    for (int k = 0; k < N_CONFIG_KEYS; k++) {
        str word = str_of(config_infos[k].name);
        bool same = word.n == name.n;
        for (size_t i = 0; same && i < name.n; i++)
            same = word.p[i] == (name.p[i] == '-' ? '_' : name.p[i]);
        if (same)
            return (enum config_key)k;
    }
    return N_CONFIG_KEYS;
}

str config_text(const struct config *c, enum config_key key)
{
    return c->at[key].kind == VAL_STR ? c->at[key].s : STR_NONE;
}

bool config_bool(const struct config *c, enum config_key key)
{
    return c->at[key].kind == VAL_BOOL && c->at[key].b;
}

int64_t config_int(const struct config *c, enum config_key key)
{
    return c->at[key].kind == VAL_INT ? c->at[key].i : 0;
}

int64_t config_ms(const struct config *c, enum config_key key)
{
    return config_int(c, key);
}

bool config_is(const struct config *c, enum config_key key, const char *word)
{
    return str_is(config_text(c, key), word);
}

bool config_allows(const struct config *c, const char *what)
{
    const struct val *allow = &c->at[CONFIG_allow];
    return allow->kind == VAL_LIST && list_has(allow->list, str_of(what));
}

/* --- where values come from ------------------------------------------------------- */

bool config_unknown(str key, struct err *e)
{
    str names[N_CONFIG_KEYS];
    for (int k = 0; k < N_CONFIG_KEYS; k++)
        names[k] = str_of(config_infos[k].name);
    str near = str_nearest(key, names, N_CONFIG_KEYS);
    if (near.p)
        return err_hint(e, "did you mean '%.*s'?", STR_ARG(near));
    return err_hint(e, "'moonshift config' lists the keys there are");
}

/* Takes every pair of a table. With `out` NULL the table is only checked. */
static bool from_table(const struct val *table, str origin, str file, struct config *out,
                       struct arena *a, struct err *e)
{
    if (table->kind != VAL_MAP)
        return err_set(e, ERR_FAILED, "%.*s must be a table of key = value",
                       STR_ARG(origin));
    for (size_t i = 0; i < table->map.n; i++) {
        const struct pair *pair = &table->map.at[i];
        enum config_key key = config_named(pair->key);
        if (key == N_CONFIG_KEYS || str_find(pair->key, '-') < pair->key.n) {
            err_set(e, ERR_FAILED, "%.*s: unknown key '%.*s'", STR_ARG(origin),
                    STR_ARG(pair->key));
            err_at(e, file, 0);
            return config_unknown(pair->key, e);
        }
        struct val value;
        if (!fit(&config_infos[key], &pair->val, &value, a)) {
            misfit(&config_infos[key], origin, a, e);
            return err_at(e, file, 0);
        }
        if (out) {
            out->at[key] = value;
            out->origin[key] = origin;
        }
    }
    return true;
}

static bool from_environments(struct config *c, str env, struct arena *a, struct err *e)
{
    const struct val *all = &c->at[CONFIG_environments], *found = NULL;
    size_t n = all->kind == VAL_MAP ? all->map.n : 0;
    str *names = NEW_N(a, str, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct pair *pair = &all->map.at[i];
        str origin =
            str_fmt(a, "%.*s, environments.%.*s", STR_ARG(c->file), STR_ARG(pair->key));
        names[i] = pair->key;
        if (!from_table(&pair->val, origin, c->file, NULL, a, e))
            return false;
        if (str_eq(pair->key, env))
            found = &pair->val;
    }
    if (env.n == 0)
        return true;
    if (!found) {
        err_set(e, ERR_USAGE, "there is no environment '%.*s'", STR_ARG(env));
        struct buf b = buf_in(a);
        bool first = true;
        for (size_t i = 0; i < n; i++) {
            buf_sep(&b, &first, ", ");
            buf_str(&b, names[i]);
        }
        if (n == 0)
            return err_hint(e,
                            "name it in the configuration: environments = "
                            "{ %.*s = { url = ... } }",
                            STR_ARG(env));
        return err_hint(e, "there are: %.*s", STR_ARG(buf_done(&b)));
    }
    c->env = str_copy(a, env);
    return from_table(
        found, str_fmt(a, "%.*s, environments.%.*s", STR_ARG(c->file), STR_ARG(env)),
        c->file, c, a, e);
}

/* A variable of the process, else of .env; an empty one counts as not set. */
static str variable(const struct config *c, str name, str *origin, struct arena *a)
{
    const char *value = getenv(str_copy(a, name).p);
    if (value && *value) {
        *origin = str_copy(a, name);
        return str_of(value);
    }
    const struct dotenv_line *line = c->dotenv ? dotenv_find(c->dotenv, name) : NULL;
    if (!line || line->value.n == 0)
        return STR_NONE;
    *origin =
        str_fmt(a, "%.*s, %.*s:%d", STR_ARG(name), STR_ARG(c->dotenv->name), line->line);
    return line->value;
}

struct lookup {
    const struct config *config;
    struct arena *arena;
};

static str look_up(void *context, str name)
{
    struct lookup *l = context;
    str origin;
    return variable(l->config, name, &origin, l->arena);
}

static bool from_variables(struct config *c, struct arena *a, struct err *e)
{
    for (int k = 0; k < N_CONFIG_KEYS; k++) {
        struct buf b = buf_in(a);
        buf_put(&b, "MOONSHIFT_");
        for (const char *p = config_infos[k].name; *p; p++)
            buf_char(&b, *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
        str origin, value = variable(c, buf_done(&b), &origin, a);
        if (value.p && !config_set(c, (enum config_key)k, value, origin, a, e))
            return false;
    }
    /* libpq reads PG* itself, from the process only. Of two lines the last one counts. */
    for (size_t i = c->dotenv->n; i-- > 0;)
        if (str_starts(c->dotenv->at[i].key, STR("PG")))
            setenv(c->dotenv->at[i].key.p, c->dotenv->at[i].value.p, 0);
    return true;
}

static bool find_file(const struct config_options *options, struct config *c,
                      struct arena *a, struct err *e)
{
    const char *named = getenv("MOONSHIFT_CONFIG");
    str from = options->file.n ? STR("--config") : STR("MOONSHIFT_CONFIG");
    c->file = options->file.n ? options->file : str_of(named);
    if (c->file.n) {
        c->file = str_copy(a, c->file);
        if (!file_exists(c->file.p))
            return err_set(e, ERR_FAILED, "%.*s: there is no file '%.*s'", STR_ARG(from),
                           STR_ARG(c->file));
    } else if (file_exists("moonshift.lua")) {
        c->file = STR("moonshift.lua");
    }
    c->root = str_copy(a, file_directory(c->file));
    return true;
}

bool config_load(struct vm *vm, const struct config_options *options, struct config *out,
                 struct arena *a, struct err *e)
{
    struct config *c = out;
    c->dotenv = NEW(a, struct dotenv);
    if (!find_file(options, c, a, e) ||
        !dotenv_read(file_join(c->root, STR(".env"), a).p, c->dotenv, a, e))
        return false;
    for (int k = 0; k < N_CONFIG_KEYS; k++) {
        const char *text = config_infos[k].otherwise;
        c->origin[k] = STR("default");
        if (text &&
            !config_set(c, (enum config_key)k, str_of(text), STR("default"), a, e))
            return false;
    }
    if (c->file.n) {
        struct lookup lookup = {c, a};
        if (!config_eval(vm, c->file.p, look_up, &lookup, &c->eval, a, e) ||
            !from_table(&c->eval, c->file, c->file, c, a, e))
            return false;
    }
    const char *named = getenv("MOONSHIFT_ENV");
    str env = options->env.n ? options->env : str_of(named);
    return from_environments(c, env, a, e) && from_variables(c, a, e);
}

/* --- the connection --------------------------------------------------------------- */

/* key='value' as libpq reads it: \ before ' and \ (manual, 34.1.1.1). */
static void put_keyword(struct buf *b, const char *keyword, str value)
{
    buf_fmt(b, "%s%s='", b->n ? " " : "", keyword);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\'' || value.p[i] == '\\')
            buf_char(b, '\\');
        buf_char(b, value.p[i]);
    }
    buf_char(b, '\'');
}

void config_url(const struct config *c, str *url, str *origin, struct arena *a)
{
    static const char *const parts[][2] = {{"POSTGRES_HOST", "host"},
                                           {"POSTGRES_PORT", "port"},
                                           {"POSTGRES_DB", "dbname"},
                                           {"POSTGRES_USER", "user"},
                                           {"POSTGRES_PASSWORD", "password"}};
    *url = config_text(c, CONFIG_url);
    *origin = c->origin[CONFIG_url];
    if (url->n)
        return;
    *url = variable(c, STR("DATABASE_URL"), origin, a);
    if (url->n)
        return;
    struct buf b = buf_in(a);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        str from, value = variable(c, str_of(parts[i][0]), &from, a);
        if (value.p)
            put_keyword(&b, parts[i][1], value);
    }
    *url = buf_done(&b);
    *origin = b.n ? STR("POSTGRES_*") : STR("PG* and libpq's defaults");
}

/* --- for editors ------------------------------------------------------------------ */

static void put_config_type(struct buf *b, const struct config_info *info)
{
    static const char *const types[] = {
        [CONFIG_TYPE_TEXT] = "string",
        [CONFIG_TYPE_URL] = "string",
        [CONFIG_TYPE_PATH] = "string",
        [CONFIG_TYPE_TIME] = "string|integer",
        [CONFIG_TYPE_INT] = "integer",
        [CONFIG_TYPE_BOOL] = "boolean",
        [CONFIG_TYPE_LIST] = "string|string[]",
        [CONFIG_TYPE_TABLE] = "table",
        [CONFIG_TYPE_COMMANDS] = "table<string, string|string[]>",
    };
    if (info->type != CONFIG_TYPE_WORD) {
        buf_put(b, types[info->type]);
        return;
    }
    str rest = str_of(info->words), word;
    bool first = true;
    while (str_split(&rest, '|', &word)) {
        buf_sep(b, &first, "|");
        buf_fmt(b, "\"%.*s\"", STR_ARG(word));
    }
}

void config_annotations(struct buf *b)
{
    buf_put(b, "\n---What moonshift.lua returns: `---@type moonshift.config`.\n"
               "---@class moonshift.config\n");
    for (size_t key = 0; key < N_CONFIG_KEYS; key++) {
        const struct config_info *info = &config_infos[key];
        buf_fmt(b, "---@field %s? ", info->name);
        if (key == CONFIG_environments)
            buf_put(b, "table<string, moonshift.config>");
        else
            put_config_type(b, info);
        buf_fmt(b, " %s\n", info->help);
    }
    buf_put(
        b,
        "\n---In moonshift.lua: the value of an environment variable, or of .env.\n"
        "---@param name string\n"
        "---@param otherwise? any\n"
        "---@return any\n"
        "function env(name, otherwise) end\n"
        "\n---In moonshift.lua: what is in a file, a secret say, without its last line "
        "break.\n"
        "---@param path string relative to the configuration\n"
        "---@return string\n"
        "function file(path) end\n");
}
