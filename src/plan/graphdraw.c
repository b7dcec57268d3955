#include "plan/graphdraw.h"

#include <stdint.h>
#include <string.h>

/* -- Edges among the listed revisions --------------------------------------------- */

#define NOBODY SIZE_MAX

/* Lists one revision's edges: parents first, then dependencies that are no parents. */
struct edge {
    size_t to; /* index of the revision in the graph */
    bool dotted;
};

struct edges {
    struct edge *at;
    size_t n, room;
};

struct listed {
    const struct graph *g;
    bool *in; /* by index */
};

static struct listed listed_of(const struct graph *g, const struct revisions *list,
                               struct arena *a)
{
    struct listed l = {g, NEW_N(a, bool, graph_size(g))};
    for (size_t i = 0; i < list->n; i++)
        l.in[list->at[i]->index] = true;
    return l;
}

static void add_edge(const struct listed *l, struct edges *out, const struct revision *to,
                     bool dotted, struct arena *a)
{
    if (!to || !l->in[to->index])
        return;
    for (size_t i = 0; i < out->n; i++)
        if (out->at[i].to == to->index)
            return;
    *PUSH(a, out->at, out->n, out->room) = (struct edge){to->index, dotted};
}

static struct edges edges_of(const struct listed *l, const struct revision *r,
                             struct arena *a)
{
    struct edges out = {0};
    for (size_t i = 0; i < r->down.n; i++)
        add_edge(l, &out, graph_exact(l->g, r->down.at[i]), false, a);
    for (size_t i = 0; i < r->depends.n; i++)
        add_edge(l, &out, graph_named(l->g, r->depends.at[i]), true, a);
    return out;
}

/* -- Lanes ------------------------------------------------------------------------ */

/* A lane is a vertical line that waits for a revision further down. It keeps its column
 * from fork to join, so nothing ever shifts sideways. */
struct lane {
    size_t waits_for; /* NOBODY when free */
    bool dotted;
    unsigned color;
};

enum cell {
    CELL_NONE,
    CELL_LINE, /* passes through */
    CELL_DOTTED,
    CELL_FULL, /* a revision */
    CELL_HOLLOW,
    CELL_TEE,     /* a line with a branch to the right */
    CELL_FORK,    /* the end of a branch: comes out below */
    CELL_JOIN,    /* the end of a branch: goes in from above */
    CELL_FORK_ON, /* the same, and the row leads on to another one */
    CELL_JOIN_ON,
    CELL_CROSS, /* a line that the row passes */
    CELL_LEVEL, /* the row itself */
};

struct canvas {
    struct arena *arena;
    struct buf out;
    struct lane *lanes;
    size_t n, room; /* lanes */
    unsigned style, next_color;
    size_t ended; /* the lane that ended with the revision just drawn; NOBODY */
};

/* Text in the colour of a lane. Blanks have none, so that they can be taken off. */
static void put_colored(struct canvas *c, const char *text, const struct lane *lane)
{
    if (c->style & DRAW_COLOR && *text != ' ')
        buf_fmt(&c->out, "\033[%um%s\033[m", 31 + lane->color % 6, text);
    else
        buf_put(&c->out, text);
}

static void put_cell(struct canvas *c, enum cell cell, const struct lane *lane)
{
    static const char *const ascii[] = {" ", "|", ":", "*", "o", "|",
                                        " ", " ", " ", " ", "|", "-"};
    static const char *const boxes[] = {" ", "│", "┊", "●", "○", "├",
                                        "╮", "╯", "┬", "┴", "┼", "─"};
    put_colored(c, (c->style & DRAW_UTF8 ? boxes : ascii)[cell], lane);
}

static enum cell lane_cell(const struct lane *lane)
{
    return lane->waits_for == NOBODY ? CELL_NONE : lane->dotted ? CELL_DOTTED : CELL_LINE;
}

/* Ends a row: blanks at its end are not written. */
static void end_row(struct canvas *c, size_t from)
{
    while (c->out.n > from && c->out.p[c->out.n - 1] == ' ')
        c->out.n--;
    buf_char(&c->out, '\n');
}

/* A row of lanes with a revision in column `at` (NOBODY: none), and text behind it. */
static void put_row(struct canvas *c, size_t at, enum cell node, str text)
{
    size_t from = c->out.n, last = 0;
    for (size_t i = 0; i < c->n; i++)
        if (i == at || c->lanes[i].waits_for != NOBODY)
            last = i + 1;
    for (size_t i = 0; i < last; i++) {
        put_cell(c, i == at ? node : lane_cell(&c->lanes[i]), &c->lanes[i]);
        buf_char(&c->out, ' ');
    }
    buf_str(&c->out, text);
    end_row(c, from);
}

/* The columns that one row joins to its own, from left to right. */
struct columns {
    size_t *at;
    size_t n, room;
};

/* The first of the columns that is not left of `i`. */
static size_t next_column(const struct columns *to, size_t i)
{
    for (size_t k = 0; k < to->n; k++)
        if (to->at[k] >= i)
            return to->at[k];
    return NOBODY;
}

/* A row in which branches lead from column `left` to others. In boxes: ├─┬─╮ and ├─┴─╯.
 */
static void put_branches(struct canvas *c, size_t left, const struct columns *to,
                         bool fork)
{
    size_t from = c->out.n;
    for (size_t i = 0; i < c->n; i++) {
        const struct lane *lane = &c->lanes[i];
        size_t next = i < left ? NOBODY : next_column(to, i);
        bool more = next_column(to, i + 1) != NOBODY, line = lane->waits_for != NOBODY;
        if (i == left)
            put_cell(c, CELL_TEE, lane);
        else if (next == i)
            put_cell(c,
                     fork ? (more ? CELL_FORK_ON : CELL_FORK)
                          : (more ? CELL_JOIN_ON : CELL_JOIN),
                     lane);
        else if (next == NOBODY)
            put_cell(c, lane_cell(lane), lane);
        else if (line)
            put_cell(c, CELL_CROSS, lane);
        else
            put_cell(c, CELL_LEVEL, &c->lanes[next]);
        if (i < left || !more)
            buf_char(&c->out, ' ');
        else if (c->style & DRAW_UTF8)
            put_colored(c, "─", &c->lanes[next_column(to, i + 1)]);
        else
            put_colored(c,
                        next_column(to, i + 1) > i + 1 ? "-"
                        : fork                         ? "\\"
                                                       : "/",
                        &c->lanes[next_column(to, i + 1)]);
    }
    end_row(c, from);
}

/* ASCII has no signs for several branches in a row: it ends between the columns, as git
 * draws it, |\ and |/, one after the other. */
static bool one_by_one(const struct canvas *c)
{
    return !(c->style & DRAW_UTF8);
}

static void put_branch(struct canvas *c, size_t left, size_t right, bool fork)
{
    struct columns to = {.at = &right, .n = 1};
    put_branches(c, left, &to, fork);
}

/* A line that begins in this lane. */
static void begin(struct canvas *c, size_t lane, struct edge edge)
{
    c->lanes[lane] = (struct lane){edge.to, edge.dotted, c->next_color++};
}

static size_t free_lane(struct canvas *c, size_t from)
{
    for (size_t i = from; i < c->n; i++)
        if (c->lanes[i].waits_for == NOBODY)
            return i;
    *PUSH(c->arena, c->lanes, c->n, c->room) = (struct lane){.waits_for = NOBODY};
    return c->n - 1;
}

/* The column of a revision: the leftmost lane that waits for it, which the others join. A
 * head gets a new lane, with a gap when the lane above it has only just ended. */
static size_t enter(struct canvas *c, size_t rev)
{
    size_t at = NOBODY;
    struct columns others = {0};
    for (size_t i = 0; i < c->n; i++) {
        if (c->lanes[i].waits_for != rev)
            continue;
        if (at == NOBODY)
            at = i;
        else
            *PUSH(c->arena, others.at, others.n, others.room) = i;
    }
    if (others.n && !one_by_one(c))
        put_branches(c, at, &others, false);
    for (size_t i = 0; i < others.n; i++) {
        if (one_by_one(c))
            put_branch(c, at, others.at[i], false);
        c->lanes[others.at[i]].waits_for = NOBODY;
    }
    if (at != NOBODY)
        return at;
    at = free_lane(c, 0);
    if (at == c->ended)
        put_row(c, NOBODY, CELL_NONE, STR(""));
    c->lanes[at].color = c->next_color++;
    return at;
}

static void put_node(struct canvas *c, size_t at, const struct drawn *node)
{
    str rest = node->text, line = STR("");
    if (str_ends(rest, STR("\n")))
        rest.n--;
    str_split(&rest, '\n', &line);
    put_row(c, at, node->hollow ? CELL_HOLLOW : CELL_FULL, line);
}

/* The other lines of the text, beside the lanes that go on. */
static void put_more(struct canvas *c, const struct drawn *node)
{
    str rest = node->text, line;
    if (str_ends(rest, STR("\n")))
        rest.n--;
    str_split(&rest, '\n', &line);
    while (str_split(&rest, '\n', &line))
        put_row(c, NOBODY, CELL_NONE, line);
}

/* The lane goes on to the first parent, forks lead to the others. */
static void leave(struct canvas *c, size_t at, const struct edges *edges,
                  const struct drawn *node)
{
    struct columns others = {0};
    c->ended = edges->n ? NOBODY : at;
    c->lanes[at].waits_for = edges->n ? edges->at[0].to : NOBODY;
    c->lanes[at].dotted = edges->n && edges->at[0].dotted;
    put_more(c, node);
    for (size_t i = 1; i < edges->n; i++) {
        size_t right = free_lane(c, at + 1);
        begin(c, right, edges->at[i]);
        if (one_by_one(c))
            put_branch(c, at, right, true);
        *PUSH(c->arena, others.at, others.n, others.room) = right;
    }
    if (others.n && !one_by_one(c))
        put_branches(c, at, &others, true);
}

str graphdraw_lanes(const struct graph *g, const struct revisions *newest_first,
                    unsigned style, graphdraw_text *text, void *context, struct arena *a)
{
    struct canvas c = {.arena = a, .out = buf_in(a), .style = style, .ended = NOBODY};
    struct listed l = listed_of(g, newest_first, a);
    for (size_t i = 0; i < newest_first->n; i++) {
        const struct revision *r = newest_first->at[i];
        struct drawn node = text(r, context);
        struct edges edges = edges_of(&l, r, a);
        size_t at = enter(&c, r->index);
        put_node(&c, at, &node);
        leave(&c, at, &edges, &node);
    }
    return buf_done(&c.out);
}

/* -- Graphviz and Mermaid --------------------------------------------------------- */

/* Text inside double quotes: control characters become blanks. */
static void put_dot_text(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch == '"' || ch == '\\')
            buf_char(b, '\\');
        buf_char(b, ch < ' ' ? ' ' : s.p[i]);
    }
}

/* Mermaid writes characters as #NUMBER; and reads its texts as HTML. */
static void put_mermaid_text(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch < ' ')
            buf_char(b, ' ');
        else if (memchr("\"#<>&`;", ch, 7))
            buf_fmt(b, "#%d;", ch);
        else
            buf_char(b, s.p[i]);
    }
}

typedef void put_text(struct buf *b, str s);

/* "id", its message and [labels], one below the other. */
static void put_title(struct buf *b, const struct revision *r, put_text *put,
                      const char *newline)
{
    put(b, r->id);
    str title = revision_title(r);
    if (title.n) {
        buf_put(b, newline);
        put(b, title);
    }
    for (size_t i = 0; i < r->labels.n; i++) {
        buf_put(b, i ? ", " : newline);
        if (!i)
            buf_char(b, '(');
        put(b, r->labels.at[i]);
    }
    if (r->labels.n)
        buf_char(b, ')');
}

str graphdraw_dot(const struct graph *g, const struct revisions *list, struct arena *a)
{
    struct buf b = buf_in(a);
    struct listed l = listed_of(g, list, a);
    buf_put(&b, "digraph revisions {\n"
                "    rankdir=TB;\n"
                "    node [shape=box, style=rounded, fontname=\"monospace\"];\n");
    for (size_t i = 0; i < list->n; i++) {
        buf_put(&b, "    \"");
        put_dot_text(&b, list->at[i]->id);
        buf_put(&b, "\" [label=\"");
        put_title(&b, list->at[i], put_dot_text, "\\n");
        buf_put(&b, graph_is_head(g, list->at[i]) ? "\", penwidth=2];\n" : "\"];\n");
    }
    for (size_t i = 0; i < list->n; i++) {
        struct edges edges = edges_of(&l, list->at[i], a);
        for (size_t k = 0; k < edges.n; k++) {
            buf_put(&b, "    \"");
            put_dot_text(&b, list->at[i]->id);
            buf_put(&b, "\" -> \"");
            put_dot_text(&b, graph_at(g, edges.at[k].to)->id);
            buf_put(&b, edges.at[k].dotted ? "\" [style=dashed];\n" : "\";\n");
        }
    }
    buf_put(&b, "}\n");
    return buf_done(&b);
}

str graphdraw_mermaid(const struct graph *g, const struct revisions *list,
                      struct arena *a)
{
    struct buf b = buf_in(a);
    struct listed l = listed_of(g, list, a);
    buf_put(&b, "flowchart TB\n");
    for (size_t i = 0; i < list->n; i++) {
        buf_fmt(&b, "    r%zu[\"", list->at[i]->index);
        put_title(&b, list->at[i], put_mermaid_text, "<br>");
        buf_put(&b, "\"]\n");
    }
    for (size_t i = 0; i < list->n; i++) {
        struct edges edges = edges_of(&l, list->at[i], a);
        for (size_t k = 0; k < edges.n; k++)
            buf_fmt(&b, "    r%zu %s r%zu\n", list->at[i]->index,
                    edges.at[k].dotted ? "-.->" : "-->", edges.at[k].to);
    }
    return buf_done(&b);
}
