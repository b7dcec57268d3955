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
};

enum cell {
    CELL_NONE,
    CELL_LINE, /* passes through */
    CELL_DOTTED,
    CELL_FULL, /* a revision */
    CELL_HOLLOW,
    CELL_TEE,  /* a line with a branch to the right */
    CELL_FORK, /* the end of a branch: comes out below */
    CELL_JOIN, /* the end of a branch: goes in from above */
};

struct canvas {
    struct arena *arena;
    struct buf out;
    struct lane *lanes;
    size_t n, room; /* lanes */
    bool utf8;
    size_t ended; /* the lane that ended with the revision just drawn; NOBODY */
};

static const char *cell_text(const struct canvas *c, enum cell cell)
{
    static const char *const ascii[] = {" ", "|", ":", "*", "o", "|", " ", " "};
    static const char *const boxes[] = {" ", "│", "┊", "●", "○", "├", "╮", "╯"};
    return (c->utf8 ? boxes : ascii)[cell];
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
        buf_put(&c->out, cell_text(c, i == at ? node : lane_cell(&c->lanes[i])));
        buf_char(&c->out, ' ');
    }
    buf_str(&c->out, text);
    end_row(c, from);
}

/* A row in which a branch leads from column `left` to column `right`. In ASCII it ends
 * between the columns, as git draws it: |\ and |/; in boxes in the column: ├─╮ and ├─╯.
 */
static void put_branch(struct canvas *c, size_t left, size_t right, bool fork)
{
    size_t from = c->out.n;
    for (size_t i = 0; i < c->n; i++) {
        bool inside = i > left && i < right, line = c->lanes[i].waits_for != NOBODY;
        if (i == left)
            buf_put(&c->out, cell_text(c, CELL_TEE));
        else if (i == right)
            buf_put(&c->out, cell_text(c, fork ? CELL_FORK : CELL_JOIN));
        else if (inside && !line)
            buf_put(&c->out, c->utf8 ? "─" : "-");
        else if (inside && c->utf8)
            buf_put(&c->out, "┼");
        else
            buf_put(&c->out, cell_text(c, lane_cell(&c->lanes[i])));
        if (i < left || i >= right)
            buf_char(&c->out, ' ');
        else if (c->utf8)
            buf_put(&c->out, "─");
        else
            buf_char(&c->out, i + 1 < right ? '-' : fork ? '\\' : '/');
    }
    end_row(c, from);
}

static size_t free_lane(struct canvas *c, size_t from)
{
    for (size_t i = from; i < c->n; i++)
        if (c->lanes[i].waits_for == NOBODY)
            return i;
    *PUSH(c->arena, c->lanes, c->n, c->room) = (struct lane){NOBODY, false};
    return c->n - 1;
}

/* The column of a revision: the leftmost lane that waits for it, which the others join. A
 * head gets a new lane, with a gap when the lane above it has only just ended. */
static size_t enter(struct canvas *c, size_t rev)
{
    size_t at = NOBODY;
    for (size_t i = 0; i < c->n; i++) {
        if (c->lanes[i].waits_for != rev)
            continue;
        if (at == NOBODY) {
            at = i;
            continue;
        }
        put_branch(c, at, i, false);
        c->lanes[i].waits_for = NOBODY;
    }
    if (at == NOBODY) {
        at = free_lane(c, 0);
        if (at == c->ended)
            put_row(c, NOBODY, CELL_NONE, STR(""));
    }
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
    c->ended = edges->n ? NOBODY : at;
    c->lanes[at] = edges->n ? (struct lane){edges->at[0].to, edges->at[0].dotted}
                            : (struct lane){NOBODY, false};
    put_more(c, node);
    for (size_t i = 1; i < edges->n; i++) {
        size_t right = free_lane(c, at + 1);
        put_branch(c, at, right, true);
        c->lanes[right] = (struct lane){edges->at[i].to, edges->at[i].dotted};
    }
}

str graphdraw_lanes(const struct graph *g, const struct revisions *newest_first,
                    bool utf8, graphdraw_text *text, void *context, struct arena *a)
{
    struct canvas c = {.arena = a, .out = buf_in(a), .utf8 = utf8, .ended = NOBODY};
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
    str message = str_trim(str_cut(r->message, 0, str_find(r->message, '\n')));
    if (message.n) {
        buf_put(b, newline);
        put(b, message);
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
                "    rankdir=BT;\n"
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
    buf_put(&b, "flowchart BT\n");
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
