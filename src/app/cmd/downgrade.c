#include "app/runner_setup.h"

#include "base/term.h"

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    str target = args->n ? args->at[0] : STR("-1"), from, to;
    range_split(target, &from, &to);
    if (args_flag(args, "sql")) {
        if (from.n == 0 || to.n == 0) {
            err_set(e, ERR_USAGE, "downgrade --sql needs a range FROM:TO");
            return err_hint(e, "moonshift downgrade --sql head:base");
        }
        return runner_open_file(s, args, &r, e) && runner_write(&r, false, from, to, e);
    }
    if (from.p)
        return err_set(e, ERR_USAGE, "a range %.*s needs --sql", STR_ARG(target));
    /* Scripts that said this to Alembic have no terminal, and no --yes either. */
    bool ask = str_is(target, "base") && term_can_ask();
    return runner_open(s, args, &r, e) &&
           runner_may(&r, s, "downgrade", "downgrade", e) &&
           (!ask || runner_confirm_base(&r, s, args, e)) &&
           runner_move(&r, false, target, e);
}

static const struct opt opts[] = {RUN_OPT_SQL,    RUN_OPT_VERSION, RUN_OPT_DRY,
                                  RUN_OPT_SINGLE, RUN_OPT_WAIT,    RUN_OPT_TIMEOUT,
                                  RUN_OPT_TAG,    RUN_OPT_YES,     {0}};

const struct cmd cmd_downgrade = {
    .name = "downgrade",
    .usage = "[REV]",
    .help = "undo revisions down to REV (default: -1)",
    .about =
        "REV is an id, -N, base or label@base. `-1` is an argument and may stand\n"
        "anywhere. --sql needs a range FROM:TO. On a terminal `base` asks for the\n"
        "database's name, unless --yes was given. Refused where the configuration says\n"
        "protected = true, unless its `allow` names downgrade.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .max = 1,
    .run = run,
};
