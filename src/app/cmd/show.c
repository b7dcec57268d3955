#include "app/cmd/cmd.h"
#include "app/listing.h"

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct strs rows = {0};
    struct revisions found = {0};
    if (!session_resolve(s, args->at[0], &found, &rows, e))
        return false;
    s->verbose = true; /* show is the long form */
    listing_print(s, &found, 0, session_asks_current(args->at[0]) ? &rows : NULL);
    return true;
}

const struct cmd cmd_show = {
    .name = "show",
    .usage = "REV",
    .help = "show all that a revision's header says",
    .about =
        "REV: an id or four or more of its first characters, head, heads, current, a\n"
        "label, label@head, REV-1, REV+1.",
    .needs = NEED_GRAPH,
    .min = 1,
    .max = 1,
    .run = run,
};
