#include "app/cmd/cmd.h"
#include "app/listing.h"

/* `current`, alone or in a form like current-1, is a question to the database. */
static bool run(struct session *s, struct args *args, struct err *e)
{
    struct strs rows = {0}, *known = NULL;
    struct revisions found = {0};
    str text = args->at[0];
    if (str_index(text, STR("current")) < text.n) {
        known = &rows;
        if (!session_current(s, known, e))
            return false;
    }
    if (!graph_resolve(s->graph, text, known, false, &found, s->arena, e))
        return false;
    s->verbose = true; /* show is the long form */
    listing_print(s, &found, 0, known);
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
