#include "app/cmd/cmd.h"
#include "app/listing.h"

static const struct opt opts[] = {
    {"rev-range", 'r', OPT_TEXT, "FROM:TO", "part of the history: [FROM]:[TO]"},
    {"indicate-current", 'i', OPT_FLAG, NULL, "mark what the database is at"},
    {0},
};

static bool run(struct session *s, struct args *args, struct err *e)
{
    str range = args_text(args, "rev-range");
    bool indicate = args_flag(args, "indicate-current");
    struct strs rows = {0}, *known = NULL;
    struct revisions list = {0};
    if (!range.p)
        range = STR(":");
    if (indicate || str_index(range, STR("current")) < range.n) {
        known = &rows;
        if (!session_current(s, known, e))
            return false;
    }
    if (!graph_range(s->graph, range, known, &list, s->arena, e))
        return false;
    listing_print(s, &list, LIST_PARENTS | LIST_LABELS | LIST_TREE | LIST_MESSAGE,
                  indicate ? known : NULL);
    return true;
}

const struct cmd cmd_history = {
    .name = "history",
    .usage = "",
    .help = "list the revisions, newest first",
    .about = "-r takes a range with any form of revision on either side: -r base:head,\n"
             "-r -3: from three below the head, -r current: from where the database is.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .run = run,
};
