#include "app/runner_setup.h"

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    if (!runner_open(s, args, &r, e) || !refuse_protected(s, "reset", e))
        return false;
    str database = conn_database(s->conn);
    if (!args_flag(args, "yes") && !r.options.dry_run &&
        !out_confirm(s, "--yes", e, "Undo every revision of database %.*s?",
                     STR_ARG(database)))
        return false;
    return runner_move(&r, false, STR("base"), e);
}

static const struct opt opts[] = {RUN_OPT_YES,  RUN_OPT_DRY,     RUN_OPT_SINGLE,
                                  RUN_OPT_WAIT, RUN_OPT_TIMEOUT, {0}};

const struct cmd cmd_reset = {
    .name = "reset",
    .usage = "",
    .help = "undo all revisions, down to base",
    .about = "Asks on a terminal; without one, --yes is required. Refused where the\n"
             "configuration says protected = true.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .run = run,
};
