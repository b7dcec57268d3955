#include "app/cmd/cmd.h"
#include "app/listing.h"
#include "base/term.h"
#include "plan/graphdraw.h"

static const struct opt opts[] = {
    {"rev-range", 'r', OPT_TEXT, "FROM:TO", "part of the history: [FROM]:[TO]"},
    {"indicate-current", 'i', OPT_FLAG, NULL, "mark what the database is at"},
    {"graph", 0, OPT_FLAG, NULL, "draw the lines, their forks and joins"},
    {"format", 0, OPT_WORD, "text|json|dot|mermaid",
     "dot and mermaid: text of a picture"},
    {0},
};

/* What stands beside a revision in a drawing. */
struct drawing {
    const struct session *s;
    const struct strs *rows; /* NULL: not asked for */
    const bool *applied;
};

static struct drawn beside(const struct revision *r, void *context)
{
    const struct drawing *d = context;
    str text =
        d->s->verbose
            ? listing_block(d->s, r, d->rows)
            : listing_line(d->s, r, LIST_LABELS | LIST_TREE | LIST_MESSAGE, d->rows);
    return (struct drawn){text, d->applied && !d->applied[r->index]};
}

static bool draw(struct session *s, const struct revisions *list, const struct strs *rows,
                 struct err *e)
{
    struct drawing d = {s, rows, NULL};
    if (rows && !(d.applied = listing_applied(s, rows, e)))
        return false;
    unsigned style = (term_utf8() ? DRAW_UTF8 : 0u) | (s->color_out ? DRAW_COLOR : 0u);
    out_str(graphdraw_lanes(s->graph, list, style, beside, &d, s->arena));
    return true;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    str range = args_text(args, "rev-range"), format = args_text(args, "format");
    bool indicate = args_flag(args, "indicate-current");
    struct strs rows = {0}, *known = NULL;
    struct revisions list = {0};
    if (!range.p)
        range = STR(":");
    if (indicate || session_asks_current(range)) {
        known = &rows;
        if (!session_current(s, known, e))
            return false;
    }
    if (!graph_range(s->graph, range, known, &list, s->arena, e))
        return false;
    s->json = s->json || str_is(format, "json");
    if (str_is(format, "dot"))
        out_str(graphdraw_dot(s->graph, &list, s->arena));
    else if (str_is(format, "mermaid"))
        out_str(graphdraw_mermaid(s->graph, &list, s->arena));
    else if (args_flag(args, "graph") && !s->json)
        return draw(s, &list, indicate ? known : NULL, e);
    else
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
