/* Pictures of revisions: lanes for a terminal, as `history --graph` shows them, and text
 * for Graphviz and Mermaid.
 *
 * Knows where lines fork and join. Refuses to know what is written beside a revision
 * (the caller says) and which revisions there are (the caller lists them, children before
 * parents; edges to revisions that are not in the list are left out).
 */
#ifndef MOONSHIFT_PLAN_GRAPHDRAW_H
#define MOONSHIFT_PLAN_GRAPHDRAW_H

#include "model/graph.h"

struct drawn {
    str text;    /* may have several lines; a newline at the end is ignored */
    bool hollow; /* drawn as a circle, for what is not applied */
};

/* What stands beside a revision. The text must live until the drawing is done. */
typedef struct drawn graphdraw_text(const struct revision *r, void *context);

enum draw_style {
    DRAW_UTF8 = 1,  /* else ASCII, as git draws */
    DRAW_COLOR = 2, /* each line in a colour of its own */
};

/* One row for each line of text, rows of forks and joins between them; a newline at the
 * end of each. Dependencies are dotted lines. */
str graphdraw_lanes(const struct graph *g, const struct revisions *newest_first,
                    unsigned style, graphdraw_text *text, void *context, struct arena *a);

/* The same edges for Graphviz (`dot -Tsvg`) and as a Mermaid flowchart, oldest at the
 * bottom. Nodes show id, first line of the message, and labels. */
str graphdraw_dot(const struct graph *g, const struct revisions *list, struct arena *a);
str graphdraw_mermaid(const struct graph *g, const struct revisions *list,
                      struct arena *a);

#endif
