#include "app/runner_setup.h"

/* An edited file has the last word: what is recorded is its checksum. */
static bool accept(struct session *s, struct args *args, struct runner *r, struct err *e)
{
    struct migration m;
    const struct revision *rev = graph_find(s->graph, args->at[0], e);
    if (!rev ||
        !migration_load(s->vm, session_path(s, rev->file).p, rev->file, &m, s->arena, e))
        return false;
    migration_unload(s->vm, &m);
    return runner_open(s, args, r, e) && runner_accept(r, rev->id, m.checksum, e);
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    bool applied = args_flag(args, "applied"), edited = args_flag(args, "edited");
    if (applied + args_flag(args, "rolled-back") + edited != 1) {
        err_set(e, ERR_USAGE, "say which it is: --applied, --rolled-back or --edited");
        return err_hint(e, "--applied: I finished the revision by hand. --rolled-back: I "
                           "removed what it had done. --edited: its file is right as it "
                           "is now");
    }
    if (edited)
        return accept(s, args, &r, e);
    return runner_open(s, args, &r, e) && runner_resolve(&r, args->at[0], applied, e);
}

static const struct opt opts[] = {
    {"applied", 0, OPT_FLAG, NULL, "the step is finished: record it"},
    {"rolled-back", 0, OPT_FLAG, NULL, "nothing of the step is left: forget it"},
    {"edited", 0, OPT_FLAG, NULL, "the file was edited and is right: record it as it is"},
    RUN_OPT_WAIT,
    {0}};

const struct cmd cmd_resolve = {
    .name = "resolve",
    .usage = "REV",
    .help = "settle a revision that was interrupted, or edited after it ran",
    .about =
        "A revision that is not transactional and was interrupted is finished by\n"
        "running the same command again. Where that is not possible, finish or remove\n"
        "it by hand, then say so here. --edited is for a file that was edited after it\n"
        "was applied (`status` names it) and still does the same.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .min = 1,
    .max = 1,
    .run = run,
};
