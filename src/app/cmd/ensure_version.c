#include "app/runner_setup.h"

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    if (args_flag(args, "sql"))
        return runner_open_file(s, args, &r, e) && runner_ensure(&r, e);
    return runner_open(s, args, &r, e) && runner_ensure(&r, e);
}

static const struct opt opts[] = {RUN_OPT_SQL, RUN_OPT_VERSION, RUN_OPT_TAG, {0}};

const struct cmd cmd_ensure_version = {
    .name = "ensure-version",
    .usage = "",
    .help = "create the version table, and nothing else",
    .opts = opts,
    .needs = NEED_CONFIG,
    .run = run,
};
