#include "app/runner_setup.h"

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    bool applied = args_flag(args, "applied");
    if (applied == args_flag(args, "rolled-back")) {
        err_set(e, ERR_USAGE, "say which it is: --applied or --rolled-back");
        return err_hint(e, "--applied: I finished the revision by hand. --rolled-back: I "
                           "removed what it had done");
    }
    return runner_open(s, args, &r, e) && runner_resolve(&r, args->at[0], applied, e);
}

static const struct opt opts[] = {
    {"applied", 0, OPT_FLAG, NULL, "the step is finished: record it"},
    {"rolled-back", 0, OPT_FLAG, NULL, "nothing of the step is left: forget it"},
    RUN_OPT_WAIT,
    {0}};

const struct cmd cmd_resolve = {
    .name = "resolve",
    .usage = "REV",
    .help = "say how an interrupted revision was finished by hand",
    .about =
        "A revision that is not transactional and was interrupted is finished by\n"
        "running the same command again. Where that is not possible, finish or remove\n"
        "it by hand, then say so here.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .min = 1,
    .max = 1,
    .run = run,
};
