#include "app/runner_setup.h"

/* "stamp --sql a:b": where the text begins and ends. */
static bool stamp_rows(struct session *s, struct args *args, const struct strs *targets,
                       struct err *e)
{
    struct runner r;
    str from, to;
    if (args_flag(args, "purge"))
        return err_set(e, ERR_USAGE,
                       "--purge reads the database and cannot be used with --sql");
    range_split(targets->at[0], &from, &to);
    targets->at[0] = to;
    return runner_open_file(s, args, &r, e) && runner_write_stamp(&r, from, targets, e);
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    struct strs targets = {.at = args->at, .n = args->n};
    if (args_flag(args, "sql"))
        return stamp_rows(s, args, &targets, e);
    bool purge = args_flag(args, "purge");
    return runner_open(s, args, &r, e) &&
           (!purge || runner_may(&r, s, "purge", "stamp --purge", e)) &&
           runner_stamp(&r, &targets, purge, e);
}

static const struct opt opts[] = {
    {"purge", 0, OPT_FLAG, NULL, "forget what is recorded first, known or not"},
    RUN_OPT_SQL,
    RUN_OPT_VERSION,
    RUN_OPT_TAG,
    RUN_OPT_WAIT,
    {0}};

const struct cmd cmd_stamp = {
    .name = "stamp",
    .usage = "REV...",
    .help = "record revisions as applied without running anything",
    .about =
        "For a database that has its tables already, or that was repaired by hand.\n"
        "`stamp base` records that nothing is applied. --purge is for a database that\n"
        "holds a revision which no file knows; it is refused where the configuration\n"
        "says protected = true, unless its `allow` names purge.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .min = 1,
    .max = ANY_NUMBER,
    .run = run,
};
