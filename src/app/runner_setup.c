#include "app/runner_setup.h"

#include "app/bar.h"
#include "app/hooks.h"

#include "plan/quote.h"

static void say(void *context, const char *level, str text)
{
    out_log(context, str_of(level), text);
}

static void advance(void *context, str revision, const struct backfill_report *report)
{
    bar_advance(context, revision, report);
}

static bool hook(void *context, const char *name, str word, struct err *e)
{
    return hooks_run(context, name, word, e);
}

/* Whether the command has the option, and it was given. */
static bool given(const struct args *args, const char *name)
{
    for (int i = 0; i < 2; i++)
        for (const struct opt *o = args->rows[i]; o && o->name; o++)
            if (str_is(str_of(name), o->name))
                return args_flag(args, name);
    return false;
}

static void fill(struct session *s, const struct args *args, struct runner *r)
{
    const struct config *c = s->config;
    str root = c->root.n ? c->root : STR(".");
    while (root.n > 1 && root.p[root.n - 1] == '/')
        root.n--;
    *r = (struct runner){
        .vm = s->vm,
        .graph = s->graph,
        .names = session_ledger(s),
        .root = root,
        .say = say,
        .hook = hook,
        .advance = advance,
        .context = s,
        .arena = s->arena,
        .options = {.mode = config_is(c, CONFIG_transaction, "all")    ? RUN_ALL
                            : config_is(c, CONFIG_transaction, "none") ? RUN_NONE
                                                                       : RUN_REVISION,
                    .no_lock = config_is(c, CONFIG_lock_mode, "none"),
                    .lock_in_table = config_is(c, CONFIG_lock_mode, "table"),
                    .lock_lease_ms = config_ms(c, CONFIG_lock_lease),
                    .lock_wait_ms = config_ms(c, CONFIG_lock_wait),
                    .lock_retries = (int)config_int(c, CONFIG_lock_retries),
                    .role = config_text(c, CONFIG_role),
                    .search_path = config_text(c, CONFIG_search_path),
                    .environment = c->env,
                    .x = s->x,
                    .program = STR("moonshift " MOONSHIFT_VERSION)},
    };
    if (given(args, "single-transaction"))
        r->options.mode = RUN_ALL;
    r->options.dry_run = given(args, "dry-run");
    if (given(args, "tag"))
        r->options.tag = args_text(args, "tag");
}

bool runner_open(struct session *s, const struct args *args, struct runner *r,
                 struct err *e)
{
    if (!session_connect(s, e))
        return false;
    fill(s, args, r);
    r->conn = s->conn;
    r->sink = conn_sink(s->conn);
    return true;
}

bool given_version(const struct args *args, int *version, struct err *e)
{
    long major, minor = 0;
    str text = args_text(args, "server-version");
    if (!text.p)
        return true;
    size_t dot = str_find(text, '.');
    bool ok = str_int(str_cut(text, 0, dot), &major) &&
              (dot == text.n || str_int(str_cut(text, dot + 1, text.n), &minor)) &&
              major >= 10 && major < 1000 && minor >= 0 && minor < 10000;
    if (!ok) {
        err_set(e, ERR_USAGE, "--server-version: '%.*s' is not a version of PostgreSQL",
                STR_ARG(text));
        return err_hint(e, "write it as 15 or 15.4");
    }
    *version = (int)(major * 10000 + minor);
    return true;
}

bool runner_open_file(struct session *s, const struct args *args, struct runner *r,
                      struct err *e)
{
    int version = 150000;
    if (given(args, "server-version") && !given_version(args, &version, e))
        return false;
    fill(s, args, r);
    if (r->options.dry_run)
        return err_set(e, ERR_USAGE, "--sql and --dry-run cannot be combined");
    out_info(s, "Context impl PostgreSQL.");
    out_info(s, "Generating static SQL");
    out_info(s, "Will assume transactional DDL.");
    /* Online an empty version_schema is the first schema of the session. */
    str path = r->options.search_path;
    bool quoted;
    if (r->names.schema.n == 0)
        name_list_next(&path, &r->names.schema, &quoted, s->arena);
    r->sink = sink_file(stdout, version, s->arena);
    return true;
}

void range_split(str range, str *from, str *to)
{
    size_t colon = str_find(range, ':');
    *from = colon < range.n ? str_cut(range, 0, colon) : STR_NONE;
    *to = colon < range.n ? str_cut(range, colon + 1, range.n) : range;
}

bool runner_may(const struct runner *r, const struct session *s, const char *what,
                const char *shown, struct err *e)
{
    if (r->options.dry_run || !config_bool(s->config, CONFIG_protected) ||
        config_allows(s->config, what))
        return true;
    str database = s->conn ? conn_database(s->conn) : STR("this database");
    err_set(e, ERR_DECISION, "%s is refused: %.*s is protected (%.*s)", shown,
            STR_ARG(database), STR_ARG(s->config->origin[CONFIG_protected]));
    return err_hint(e,
                    "this once: MOONSHIFT_ALLOW=%s moonshift %s ...; for good, in the "
                    "configuration: allow = { \"%s\" }",
                    what, shown, what);
}

bool runner_confirm_base(const struct runner *r, const struct session *s,
                         const struct args *args, struct err *e)
{
    return r->options.dry_run || args_flag(args, "yes") ||
           out_confirm(conn_database(s->conn), "Undo every revision of database", e);
}
