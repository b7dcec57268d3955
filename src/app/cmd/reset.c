#include "app/runner_setup.h"

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    return runner_open(s, args, &r, e) && runner_may(&r, s, "reset", "reset", e) &&
           runner_confirm_base(&r, s, args, e) && runner_move(&r, false, STR("base"), e);
}

static const struct opt opts[] = {RUN_OPT_YES,  RUN_OPT_DRY,     RUN_OPT_SINGLE,
                                  RUN_OPT_WAIT, RUN_OPT_TIMEOUT, {0}};

const struct cmd cmd_reset = {
    .name = "reset",
    .usage = "",
    .help = "undo all revisions, down to base",
    .about =
        "Asks for the database's name on a terminal; without one, --yes is required.\n"
        "Refused where the configuration says protected = true, unless its `allow` names\n"
        "reset.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .run = run,
};
