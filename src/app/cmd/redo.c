#include "app/runner_setup.h"

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    return runner_open(s, args, &r, e) && runner_may(&r, s, "redo", "redo", e) &&
           runner_redo(&r, e);
}

static const struct opt opts[] = {RUN_OPT_WAIT, RUN_OPT_TIMEOUT, {0}};

const struct cmd cmd_redo = {
    .name = "redo",
    .usage = "",
    .help = "undo the last revision and run it again",
    .about =
        "Refused where the configuration says protected = true, unless its `allow` names\n"
        "redo.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .run = run,
};
