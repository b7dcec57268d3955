#include "app/session.h"

#include "app/cmd/cmd.h"
#include "app/out.h"
#include "base/file.h"
#include "script/migration.h"

#include <stdlib.h>
#include <string.h>

bool session_vm(struct session *s, struct err *e)
{
    if (!s->vm)
        s->vm = vm_open(e);
    return s->vm != NULL;
}

/* An option called like a configuration key sets that key. */
static bool from_options(struct session *s, struct err *e)
{
    for (size_t i = 0; s->args && i < s->args->n_opts; i++) {
        const struct arg *arg = &s->args->opts[i];
        enum config_key key = config_named(str_of(arg->opt->name));
        if (key == N_CONFIG_KEYS || arg->opt->kind == OPT_FLAG)
            continue;
        str origin = str_fmt(s->arena, "--%s", arg->opt->name);
        if (!config_set(s->config, key, arg->value, origin, s->arena, e)) {
            e->kind = ERR_USAGE;
            return false;
        }
    }
    return true;
}

bool session_config(struct session *s, struct err *e)
{
    if (s->config)
        return true;
    if (!session_vm(s, e))
        return false;
    struct config *config = NEW(s->arena, struct config);
    struct config_options options = {s->config_file, s->env};
    if (!config_load(s->vm, &options, config, s->arena, e))
        return false;
    s->config = config;
    return from_options(s, e);
}

str session_path(const struct session *s, str file)
{
    return file_join(s->config ? s->config->root : STR(""), file, s->arena);
}

static bool no_project(struct session *s, str directory, struct err *e)
{
    err_set(e, ERR_FAILED, "there is no directory '%.*s'", STR_ARG(directory));
    if (s->config->file.n)
        return err_hint(e, "make it, or set 'migrations' in %.*s",
                        STR_ARG(s->config->file));
    for (int up = 1; up <= 4; up++) {
        struct buf b = buf_in(s->arena);
        for (int i = 0; i < up; i++)
            buf_put(&b, "../");
        buf_put(&b, "moonshift.lua");
        str above = buf_done(&b);
        if (file_exists(above.p))
            return err_hint(e, "a project is above: cd there, or say -c %.*s",
                            STR_ARG(above));
    }
    return err_hint(e, "start a project here with 'moonshift init', or name its "
                       "configuration with -c FILE");
}

bool session_headers(struct session *s, struct err *e)
{
    if (!session_config(s, e))
        return false;
    str directory = config_text(s->config, CONFIG_migrations);
    while (directory.n > 1 && str_ends(directory, STR("/")))
        directory.n--;
    str path = session_path(s, directory), *names;
    size_t n;
    if (!file_is_directory(path.p))
        return no_project(s, path, e);
    if (!file_list(path.p, STR(".lua"), &names, &n, s->arena, e))
        return false;
    s->revisions = NEW_N(s->arena, struct revision, n);
    s->n_revisions = n;
    for (size_t i = 0; i < n; i++) {
        str file = str_fmt(s->arena, "%.*s/%.*s", STR_ARG(directory), STR_ARG(names[i]));
        if (!migration_header(s->vm, session_path(s, file).p, file, &s->revisions[i],
                              s->arena, e))
            return false;
    }
    return true;
}

const struct revision *session_header(const struct session *s, str id)
{
    for (size_t i = 0; i < s->n_revisions; i++)
        if (str_eq(s->revisions[i].id, id))
            return &s->revisions[i];
    return NULL;
}

bool session_graph(struct session *s, struct err *e)
{
    return s->graph ? true : session_reload(s, e);
}

bool session_reload(struct session *s, struct err *e)
{
    if (!session_headers(s, e))
        return false;
    s->graph = graph_build(s->revisions, s->n_revisions, s->arena, e);
    return s->graph != NULL;
}

static void notice(void *context, str severity, str text)
{
    const struct session *s = context;
    bool grave = str_is(severity, "WARNING");
    struct arena scratch = {0};
    out_log(s,
            grave                       ? STR("warn")
            : str_is(severity, "DEBUG") ? STR("debug")
                                        : STR("info"),
            grave ? str_trim(text)
                  : str_fmt(&scratch, "%.*s: %.*s", STR_ARG(severity),
                            STR_ARG(str_trim(text))));
    arena_reset(&scratch);
}

static void add_setting(struct conn_options *options, const char *name, str value)
{
    if (value.n)
        options->settings[options->n_settings++] = (struct setting){str_of(name), value};
}

/* A time as the server takes it; the server's own default when the key is not set. */
static str server_time(const struct session *s, enum config_key key)
{
    int64_t ms = config_ms(s->config, key);
    if (s->config->at[key].kind == VAL_NONE)
        return STR("");
    return str_fmt(s->arena, "%lldms", (long long)(ms < 0 ? 0 : ms));
}

/* A secret that a pipeline was not given arrives as a variable without a value. */
static void warn_of_no_url(const struct session *s, str url)
{
    const char *given = getenv("DATABASE_URL");
    if (!url.n && given && !*given)
        out_warn(s,
                 "DATABASE_URL is set, but empty: what libpq takes by default is used");
}

bool session_options(struct session *s, struct conn_options *options, struct err *e)
{
    if (!session_config(s, e))
        return false;
    str origin;
    memset(options, 0, sizeof *options);
    options->settings = NEW_N(s->arena, struct setting, 4);
    config_url(s->config, &options->url, &origin, s->arena);
    warn_of_no_url(s, options->url);
    add_setting(options, "lock_timeout", server_time(s, CONFIG_lock_timeout));
    add_setting(options, "statement_timeout", server_time(s, CONFIG_statement_timeout));
    add_setting(options, "search_path", config_text(s->config, CONFIG_search_path));
    options->role = config_text(s->config, CONFIG_role);
    options->local = config_is(s->config, CONFIG_lock_mode, "table");
    options->echo = s->verbose;
    options->one_by_one = !config_bool(s->config, CONFIG_pipeline);
    options->notice = notice;
    options->notice_context = s;
    return true;
}

bool session_connect(struct session *s, struct err *e)
{
    if (s->conn)
        return true;
    struct conn_options options;
    if (!session_options(s, &options, e))
        return false;
    s->conn = conn_open(&options, e);
    if (!s->conn)
        return false;
    out_info(s, "Context impl PostgreSQL.");
    out_info(s, "Will assume transactional DDL.");
    return true;
}

struct ledger_names session_ledger(const struct session *s)
{
    return (struct ledger_names){
        .schema = config_text(s->config, CONFIG_version_schema),
        .version_table = config_text(s->config, CONFIG_version_table),
    };
}

bool session_current(struct session *s, struct strs *rows, struct err *e)
{
    bool exists;
    if (!session_connect(s, e))
        return false;
    struct ledger_names names = session_ledger(s);
    return ledger_read(conn_sink(s->conn), &names, rows, &exists, s->arena, e);
}

/* A revision may be called 004_current_users. */
bool session_asks_current(str text)
{
    str word = STR("current");
    for (size_t at = 0, end; at < text.n; at = end) {
        at += str_index(str_cut(text, at, text.n), word);
        end = at + word.n;
        if (end <= text.n && (at == 0 || strchr("@:", text.p[at - 1])) &&
            (end == text.n || strchr("-+:", text.p[end])))
            return true;
    }
    return false;
}

bool session_resolve(struct session *s, str text, struct revisions *out,
                     struct strs *rows, struct err *e)
{
    bool ask = session_asks_current(text);
    return (!ask || session_current(s, rows, e)) &&
           graph_resolve(s->graph, text, ask ? rows : NULL, false, out, s->arena, e);
}

bool session_named(struct session *s, const struct args *args, bool *at, struct err *e)
{
    for (size_t i = 0; i < args->n; i++) {
        struct revisions found = {0};
        if (!graph_resolve(s->graph, args->at[i], NULL, false, &found, s->arena, e))
            return false;
        for (size_t k = 0; k < found.n; k++)
            at[found.at[k]->index] = true;
    }
    return true;
}

void session_end(struct session *s)
{
    conn_close(s->conn);
    s->conn = NULL;
    vm_close(s->vm);
    s->vm = NULL;
}
