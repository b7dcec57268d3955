#include "app/linting.h"
#include "app/runner_setup.h"

/* What a protected database is spared. Asked before the lock: lint needs no server. */
static bool guard(struct session *s, struct runner *r, str target, struct err *e)
{
    struct strs rows = {0};
    struct plan plan;
    bool there;
    if (r->options.dry_run || !config_bool(s->config, CONFIG_protected))
        return true;
    return ledger_read(r->sink, &r->names, &rows, &there, s->arena, e) &&
           runner_plan(r, true, &rows, target, &plan, e) &&
           linting_guard(s, &plan, r->sink->server_version, e);
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    str target = args->n ? args->at[0] : STR("heads"), from, to;
    range_split(target, &from, &to);
    if (args_flag(args, "sql"))
        return runner_open_file(s, args, &r, e) &&
               runner_write(&r, true, from, to.n ? to : STR("heads"), e);
    if (from.p) {
        err_set(e, ERR_USAGE, "a range %.*s needs --sql", STR_ARG(target));
        return err_hint(e, "where a database stands is read from the database itself");
    }
    return runner_open(s, args, &r, e) && guard(s, &r, target, e) &&
           runner_move(&r, true, target, e);
}

static const struct opt opts[] = {
    RUN_OPT_SQL,  RUN_OPT_VERSION, RUN_OPT_DRY, RUN_OPT_SINGLE,
    RUN_OPT_WAIT, RUN_OPT_TIMEOUT, RUN_OPT_TAG, {0}};

const struct cmd cmd_upgrade = {
    .name = "upgrade",
    .usage = "[REV]",
    .help = "run revisions up to REV (default: heads)",
    .about =
        "REV is an id, a prefix of four or more characters, head, heads, +N, rev+N or\n"
        "label@head. Each revision runs in a transaction of its own and is recorded in\n"
        "it. With --sql nothing is run: the SQL is written to stdout, for an empty\n"
        "database or for a range FROM:TO. Where the configuration says protected = true,\n"
        "what lint calls an error is refused with status 7, unless the migration\n"
        "has a lint.allow for it, or `allow` in the configuration names the rule.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .max = 1,
    .run = run,
};
