/* The layout, in the manner of Sugiyama: tables into columns, order and height within a
 * column, then lines.
 *
 * A table stands right of those it references (a circle is cut at one of its keys). A
 * line that passes columns has a trunk in each, a node of its own that keeps boxes away;
 * the lines to one table share trunks, so that a table which everything references does
 * not drown the rest. Parts without a line between them are laid out apart and then
 * packed. */
#include "plan/erd.h"

#include "plan/erd_pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LETTER = 72,      /* tenths of a pixel: a letter of 12 pixels, 0.6 wide */
    PADDING = 20,     /* left and right of a box's text, together */
    TABLE_GAP = 26,   /* between boxes of a column */
    TRUNK = 2,        /* height of a trunk; the gaps around it do the rest */
    TRUNK_GAP = 10,   /* between two trunks */
    TRUNK_SPACE = 18, /* between a trunk and a box */
    RANK_GAP = 84,    /* between columns: room for the curves */
    PART_GAP = 40,    /* below a part */
    MARGIN = 24,
    LOOP = 16, /* how far the line of a table to itself stands out on the right */
    SWEEPS = 14,
    MEAN_SWEEPS = 6,
};

enum {
    TITLE_LETTERS = 2, /* beside a title: the gap, */
    PARTS_LETTERS = 8, /* or "12 parts" */
    ROW_LETTERS = 7,   /* beside a column's name and type: PK, FK or U, and the gaps */
};

struct node {
    size_t table; /* NONE: a trunk */
    size_t rank;
    double y, height, want;
    size_t order; /* ties are broken by what came first */
};

/* An edge between neighbouring columns, at heights within its nodes. */
struct segment {
    size_t left, right; /* nodes */
    double left_y, right_y;
};

/* A link as the layout sees it. */
struct wire {
    size_t left, right; /* tables */
    bool turned;        /* the referencing table is the left one */
    size_t *nodes;      /* left, trunks, right */
    size_t n_nodes;
};

/* Numbers in groups: those of group i are at[first[i]] up to at[first[i + 1]]. */
struct groups {
    size_t *first, *at;
};

/* Neighbours in a column that push each other. */
struct block {
    double sum, height; /* of wants, each less its offset in the block */
    size_t n;
};

struct layout {
    struct erd *d;
    struct arena *arena;
    struct wire *wires; /* one for each link; of a table to itself without nodes */
    size_t *part;       /* of each table */
    size_t n_parts;
    struct groups tables_of;         /* a part's */
    struct groups to_right, to_left; /* wires of a table, by their other end */
    size_t *reach;                   /* tables on the longest way to the right of each */
    /* Of the part at hand: */
    struct node *nodes; /* the tables' first */
    size_t n_nodes, nodes_room;
    struct segment *segments;
    size_t n_segments, segments_room;
    size_t n_ranks;
    /* Room to work in, for each node. */
    double *sum;
    size_t *count;
    struct node **column;
    struct block *blocks;
};

#define NONE ((size_t)-1)

/* group[i] is the group of i, NONE for none. */
static struct groups group_by(const size_t *group, size_t n, size_t n_groups,
                              struct arena *a)
{
    struct groups g = {NEW_N(a, size_t, n_groups + 2), NEW_N(a, size_t, n)};
    for (size_t i = 0; i < n; i++)
        if (group[i] != NONE)
            g.first[group[i] + 2]++;
    for (size_t i = 2; i < n_groups + 2; i++)
        g.first[i] += g.first[i - 1];
    for (size_t i = 0; i < n; i++)
        if (group[i] != NONE)
            g.at[g.first[group[i] + 1]++] = i;
    return g;
}

/* -- boxes -------------------------------------------------------------------------- */

static void measure(struct erd_table *t, struct arena *a)
{
    size_t most = erd_letters(erd_cut(t->title, ERD_NAME_LETTERS, a)) +
                  (t->n_partitions ? PARTS_LETTERS : TITLE_LETTERS);
    for (size_t i = 0; i < t->n; i++) {
        const struct erd_column *c = &t->columns[i];
        size_t name = erd_letters(erd_cut(c->name, ERD_NAME_LETTERS, a));
        size_t type =
            erd_letters(erd_cut(erd_short_type(c->type, a), ERD_TYPE_LETTERS, a));
        size_t row = name + type + ROW_LETTERS;
        most = row > most ? row : most;
    }
    t->width = (int)(most * LETTER / 10) + PADDING;
    t->height = ERD_HEAD + (int)t->n * ERD_ROW + (t->n ? ERD_FOOT : 0);
}

/* -- parts: what hangs together ----------------------------------------------------- */

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

static void find_parts(struct layout *l)
{
    struct erd *d = l->d;
    size_t *parent = NEW_N(l->arena, size_t, d->n_tables);
    size_t *number = NEW_N(l->arena, size_t, d->n_tables);
    l->part = NEW_N(l->arena, size_t, d->n_tables);
    for (size_t i = 0; i < d->n_tables; i++)
        parent[i] = i;
    for (size_t i = 0; i < d->n_links; i++) {
        size_t x = root_of(parent, d->links[i].from), y = root_of(parent, d->links[i].to);
        parent[x > y ? x : y] = x > y ? y : x;
    }
    for (size_t i = 0; i < d->n_tables; i++) {
        size_t root = root_of(parent, i);
        if (root == i)
            number[i] = l->n_parts++;
        l->part[i] = number[root];
    }
    l->tables_of = group_by(l->part, d->n_tables, l->n_parts, l->arena);
}

/* -- direction: no circles ---------------------------------------------------------- */

enum { NEW_TABLE, OPEN, DONE };

/* Depth first along the keys; a key to a table that is open closes a circle. */
static void turn_circles(struct layout *l)
{
    struct erd *d = l->d;
    char *state = NEW_N(l->arena, char, d->n_tables);
    size_t *stack = NEW_N(l->arena, size_t, d->n_tables);
    size_t *next = NEW_N(l->arena, size_t, d->n_tables); /* of its keys, to look at */
    size_t *from = NEW_N(l->arena, size_t, d->n_links);
    for (size_t i = 0; i < d->n_links; i++)
        from[i] = d->links[i].from;
    struct groups keys = group_by(from, d->n_links, d->n_tables, l->arena);
    for (size_t start = 0; start < d->n_tables; start++) {
        size_t depth = 0;
        if (state[start] == NEW_TABLE)
            stack[depth++] = start;
        while (depth) {
            size_t table = stack[depth - 1], i = keys.first[table] + next[table]++;
            state[table] = OPEN;
            if (i == keys.first[table + 1]) {
                state[table] = DONE;
                depth--;
                continue;
            }
            size_t to = d->links[keys.at[i]].to;
            if (state[to] == OPEN && to != table)
                l->wires[keys.at[i]].turned = true;
            else if (state[to] == NEW_TABLE)
                stack[depth++] = to;
        }
    }
}

/* Left and right of every wire, and the wires of every table. */
static void connect(struct layout *l)
{
    struct erd *d = l->d;
    size_t *left = NEW_N(l->arena, size_t, d->n_links);
    size_t *right = NEW_N(l->arena, size_t, d->n_links);
    for (size_t i = 0; i < d->n_links; i++) {
        struct wire *w = &l->wires[i];
        w->left = w->turned ? d->links[i].from : d->links[i].to;
        w->right = w->turned ? d->links[i].to : d->links[i].from;
        bool loop = w->left == w->right;
        left[i] = loop ? NONE : w->left;
        right[i] = loop ? NONE : w->right;
    }
    l->to_right = group_by(left, d->n_links, d->n_tables, l->arena);
    l->to_left = group_by(right, d->n_links, d->n_tables, l->arena);
    l->reach = NEW_N(l->arena, size_t, d->n_tables);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < d->n_links; i++) {
            const struct wire *w = &l->wires[i];
            if (w->left == w->right || l->reach[w->left] > l->reach[w->right])
                continue;
            l->reach[w->left] = l->reach[w->right] + 1;
            changed = true;
        }
    }
}

/* -- columns ------------------------------------------------------------------------ */

/* A height that makes the part about half as wide again as it is high. */
static int best_height(const struct layout *l, size_t part)
{
    double area = 0, tallest = 0;
    for (size_t i = l->tables_of.first[part]; i < l->tables_of.first[part + 1]; i++) {
        const struct erd_table *t = &l->d->tables[l->tables_of.at[i]];
        area += (double)(t->width + RANK_GAP) * (t->height + TABLE_GAP);
        tallest = t->height > tallest ? t->height : tallest;
    }
    double height = sqrt(area * 1.15 / 1.6);
    return (int)(height > tallest ? height : tallest) + TABLE_GAP;
}

/* The tables of a part that wait for a column. */
struct waiting {
    size_t *at, n;
    size_t *missing; /* of each table: how many left of it have no column yet */
    size_t *first;   /* of each table: the first column it may stand in */
};

/* The one with the longest way behind it that may stand in this column and has room. */
static size_t pick(const struct layout *l, const struct waiting *w, size_t rank, int room)
{
    size_t best = NONE;
    for (size_t i = 0; i < w->n; i++) {
        size_t t = w->at[i];
        bool may =
            w->missing[t] == 0 && w->first[t] <= rank && l->d->tables[t].height <= room;
        if (may && (best == NONE || l->reach[t] > l->reach[w->at[best]]))
            best = i;
    }
    return best;
}

static void take(struct layout *l, struct waiting *w, size_t which, size_t rank)
{
    size_t t = w->at[which];
    memmove(&w->at[which], &w->at[which + 1], (w->n - which - 1) * sizeof *w->at);
    w->n--;
    l->d->tables[t].rank = rank;
    for (size_t i = l->to_right.first[t]; i < l->to_right.first[t + 1]; i++) {
        size_t right = l->wires[l->to_right.at[i]].right;
        w->missing[right]--;
        w->first[right] = rank + 1;
    }
}

/* Column by column, as many tables as the height has room for. */
static void place_in_ranks(struct layout *l, size_t part, struct waiting *w)
{
    int limit = best_height(l, part);
    w->n = 0;
    for (size_t i = l->tables_of.first[part]; i < l->tables_of.first[part + 1]; i++) {
        size_t t = l->tables_of.at[i];
        w->at[w->n++] = t;
        w->missing[t] = l->to_left.first[t + 1] - l->to_left.first[t];
    }
    for (l->n_ranks = 0; w->n; l->n_ranks++) {
        int height = 0;
        for (;;) {
            size_t best = pick(l, w, l->n_ranks, limit - height);
            if (best == NONE)
                break;
            height += l->d->tables[w->at[best]].height + TABLE_GAP;
            take(l, w, best, l->n_ranks);
        }
    }
}

/* A table that references nothing moves next to the first that references it. */
static void pull_right(struct layout *l, size_t part)
{
    for (size_t i = l->tables_of.first[part]; i < l->tables_of.first[part + 1]; i++) {
        size_t t = l->tables_of.at[i], first = NONE;
        if (l->to_left.first[t] != l->to_left.first[t + 1])
            continue;
        for (size_t k = l->to_right.first[t]; k < l->to_right.first[t + 1]; k++) {
            size_t rank = l->d->tables[l->wires[l->to_right.at[k]].right].rank;
            first = rank < first ? rank : first;
        }
        if (first != NONE)
            l->d->tables[t].rank = first - 1;
    }
}

/* -- nodes -------------------------------------------------------------------------- */

static size_t add_node(struct layout *l, size_t table, size_t rank, double height)
{
    struct node *n = PUSH(l->arena, l->nodes, l->n_nodes, l->nodes_room);
    *n = (struct node){
        .table = table, .rank = rank, .height = height, .order = l->n_nodes};
    return l->n_nodes - 1;
}

static double port(const struct layout *l, size_t node, size_t column)
{
    size_t table = l->nodes[node].table;
    return table == NONE ? TRUNK / 2.0 : erd_row_y(&l->d->tables[table], column);
}

/* The nodes of a wire and the segments between them. trunk_of[rank] is the table's trunk
 * there, shared by all its wires. */
static void thread(struct layout *l, size_t link, const size_t *node_of, size_t *trunk_of)
{
    struct wire *w = &l->wires[link];
    const struct erd_link *k = &l->d->links[link];
    size_t from = l->d->tables[w->left].rank, to = l->d->tables[w->right].rank;
    w->nodes = NEW_N(l->arena, size_t, to - from + 1);
    w->n_nodes = 0;
    w->nodes[w->n_nodes++] = node_of[w->left];
    for (size_t rank = from + 1; rank < to; rank++) {
        size_t own = NONE, *trunk = w->turned ? &own : &trunk_of[rank];
        if (*trunk == NONE)
            *trunk = add_node(l, NONE, rank, TRUNK);
        w->nodes[w->n_nodes++] = *trunk;
    }
    w->nodes[w->n_nodes++] = node_of[w->right];
    for (size_t i = 0; i + 1 < w->n_nodes; i++) {
        size_t left = w->nodes[i], right = w->nodes[i + 1];
        *PUSH(l->arena, l->segments, l->n_segments, l->segments_room) = (struct segment){
            left, right, port(l, left, w->turned ? k->from_column : k->to_column),
            port(l, right, w->turned ? k->to_column : k->from_column)};
    }
}

static void make_nodes(struct layout *l, size_t part)
{
    struct erd *d = l->d;
    size_t *node_of = NEW_N(l->arena, size_t, d->n_tables);
    size_t *trunk_of = NEW_N(l->arena, size_t, l->n_ranks);
    size_t from = l->tables_of.first[part], to = l->tables_of.first[part + 1];
    l->n_nodes = l->n_segments = 0;
    for (size_t i = from; i < to; i++) {
        size_t t = l->tables_of.at[i];
        node_of[t] = add_node(l, t, d->tables[t].rank, d->tables[t].height);
    }
    for (size_t i = from; i < to; i++) {
        size_t t = l->tables_of.at[i];
        for (size_t rank = 0; rank < l->n_ranks; rank++)
            trunk_of[rank] = NONE;
        for (size_t k = l->to_right.first[t]; k < l->to_right.first[t + 1]; k++)
            thread(l, l->to_right.at[k], node_of, trunk_of);
    }
    l->sum = NEW_N(l->arena, double, l->n_nodes);
    l->count = NEW_N(l->arena, size_t, l->n_nodes);
    l->column = NEW_N(l->arena, struct node *, l->n_nodes);
    l->blocks = NEW_N(l->arena, struct block, l->n_nodes);
}

/* -- order and height within a column ------------------------------------------------ */

static int by_want(const void *a, const void *b)
{
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    double left = x->want + x->height / 2, right = y->want + y->height / 2;
    int by = (left > right) - (left < right);
    return by ? by : (x->order > y->order) - (x->order < y->order);
}

static int by_y(const void *a, const void *b)
{
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    return (x->y > y->y) - (x->y < y->y);
}

static double gap_between(const struct node *above, const struct node *below)
{
    bool trunks = above->table == NONE && below->table == NONE;
    bool boxes = above->table != NONE && below->table != NONE;
    return boxes ? TABLE_GAP : trunks ? TRUNK_GAP : TRUNK_SPACE;
}

/* Heights as near to what the nodes want as their order allows: neighbours that push each
 * other become a block, which stands at the mean of what its members want. Offsets within
 * a block count from its top, and so do its wants. */
static void settle(struct node **at, size_t n, struct block *blocks)
{
    size_t n_blocks = 0, next = 0;
    for (size_t i = 0; i < n; i++) {
        struct block b = {at[i]->want, at[i]->height, 1};
        while (n_blocks) {
            struct block *above = &blocks[n_blocks - 1];
            size_t first = i + 1 - b.n;
            double gap = gap_between(at[first - 1], at[first]);
            if (above->sum / (double)above->n + above->height + gap <=
                b.sum / (double)b.n)
                break;
            double shift = above->height + gap;
            above->sum += b.sum - shift * (double)b.n;
            above->height = shift + b.height;
            above->n += b.n;
            b = *above;
            n_blocks--;
        }
        blocks[n_blocks++] = b;
    }
    for (size_t i = 0; i < n_blocks; i++) {
        double y = blocks[i].sum / (double)blocks[i].n;
        for (size_t k = 0; k < blocks[i].n; k++, next++) {
            at[next]->y = y;
            y += at[next]->height;
            if (k + 1 < blocks[i].n)
                y += gap_between(at[next], at[next + 1]);
        }
    }
}

/* What a node wants: the mean of where its lines would be level. `side` -1 looks at the
 * column to the left, 1 to the right, 0 at both. */
static void wish(struct layout *l, int side)
{
    double *sum = l->sum;
    size_t *count = l->count;
    for (size_t i = 0; i < l->n_nodes; i++)
        sum[i] = 0, count[i] = 0;
    for (size_t i = 0; i < l->n_segments; i++) {
        const struct segment *s = &l->segments[i];
        if (side <= 0) {
            sum[s->right] += l->nodes[s->left].y + s->left_y - s->right_y;
            count[s->right]++;
        }
        if (side >= 0) {
            sum[s->left] += l->nodes[s->right].y + s->right_y - s->left_y;
            count[s->left]++;
        }
    }
    for (size_t i = 0; i < l->n_nodes; i++)
        l->nodes[i].want = count[i] ? sum[i] / (double)count[i] : l->nodes[i].y;
}

static void arrange_rank(struct layout *l, size_t rank, bool sort)
{
    struct node **at = l->column;
    size_t n = 0;
    for (size_t i = 0; i < l->n_nodes; i++)
        if (l->nodes[i].rank == rank)
            at[n++] = &l->nodes[i];
    if (n == 0)
        return;
    qsort(at, n, sizeof *at, sort ? by_want : by_y);
    settle(at, n, l->blocks);
}

static double length_of_lines(const struct layout *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->n_segments; i++) {
        const struct segment *s = &l->segments[i];
        sum += fabs(l->nodes[s->left].y + s->left_y - l->nodes[s->right].y - s->right_y);
    }
    return sum;
}

/* Sweeps to and fro, the best outcome counts; then everybody moves to the mean. */
static void arrange(struct layout *l)
{
    double best = -1, *kept = NEW_N(l->arena, double, l->n_nodes);
    for (size_t rank = 0; rank < l->n_ranks; rank++)
        arrange_rank(l, rank, true);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (size_t i = 0; i < l->n_ranks; i++) {
            wish(l, sweep % 2 ? 1 : -1);
            arrange_rank(l, sweep % 2 ? l->n_ranks - 1 - i : i, true);
        }
        double length = length_of_lines(l);
        if (best >= 0 && length >= best)
            continue;
        best = length;
        for (size_t i = 0; i < l->n_nodes; i++)
            kept[i] = l->nodes[i].y;
    }
    for (size_t i = 0; best >= 0 && i < l->n_nodes; i++)
        l->nodes[i].y = kept[i];
    for (int sweep = 0; sweep < MEAN_SWEEPS; sweep++)
        for (size_t i = 0; i < l->n_ranks; i++) {
            wish(l, 0);
            arrange_rank(l, sweep % 2 ? l->n_ranks - 1 - i : i, false);
        }
}

/* -- coordinates -------------------------------------------------------------------- */

static void put_point(struct erd_link *link, double x, double y)
{
    link->points[link->n_points++] = (struct erd_point){(int)lround(x), (int)lround(y)};
}

/* Points from the left table to the right one, in pairs that are level: from the table to
 * the end of its column, so that a wider box below is not crossed, and through the column
 * of each trunk. */
static void draw_line(struct layout *l, size_t i, const int *rank_x,
                      const int *rank_width)
{
    struct erd_link *link = &l->d->links[i];
    const struct wire *w = &l->wires[i];
    const struct erd_table *left = &l->d->tables[w->left],
                           *right = &l->d->tables[w->right];
    link->points = NEW_N(l->arena, struct erd_point, 2 * w->n_nodes + 2);
    link->from_left = w->turned;
    int y = left->y + erd_row_y(left, w->turned ? link->from_column : link->to_column);
    put_point(link, left->x + left->width, y);
    put_point(link, rank_x[left->rank] + rank_width[left->rank], y);
    for (size_t k = 1; k + 1 < w->n_nodes; k++) {
        const struct node *trunk = &l->nodes[w->nodes[k]];
        double middle = trunk->y + trunk->height / 2;
        put_point(link, rank_x[trunk->rank], middle);
        put_point(link, rank_x[trunk->rank] + rank_width[trunk->rank], middle);
    }
    put_point(link, right->x,
              right->y +
                  erd_row_y(right, w->turned ? link->to_column : link->from_column));
}

/* Gives a part's tables and lines their places, from 0, 0 on, and tells its size. */
static struct box finish(struct layout *l, size_t part)
{
    struct box box = {.part = part};
    int *x = NEW_N(l->arena, int, l->n_ranks), *width = NEW_N(l->arena, int, l->n_ranks);
    double top = 0, bottom = 0;
    for (size_t i = 0; i < l->n_nodes; i++) {
        const struct node *n = &l->nodes[i];
        int own = n->table == NONE ? 0 : l->d->tables[n->table].width;
        width[n->rank] = own > width[n->rank] ? own : width[n->rank];
        top = i == 0 || n->y < top ? n->y : top;
        bottom = i == 0 || n->y + n->height > bottom ? n->y + n->height : bottom;
    }
    for (size_t rank = 0; rank < l->n_ranks; rank++) {
        x[rank] = box.width;
        box.width += width[rank] + RANK_GAP;
    }
    for (size_t i = 0; i < l->n_nodes; i++) {
        struct node *n = &l->nodes[i];
        n->y -= top;
        if (n->table == NONE)
            continue;
        l->d->tables[n->table].x = x[n->rank];
        l->d->tables[n->table].y = (int)lround(n->y);
    }
    for (size_t i = 0; i < l->d->n_links; i++)
        if (l->part[l->d->links[i].from] == part && l->wires[i].left != l->wires[i].right)
            draw_line(l, i, x, width);
    box.width -= RANK_GAP;
    box.height = (int)lround(bottom - top);
    return box;
}

/* A table that references itself has its line around its right side. */
static void draw_loops(struct layout *l)
{
    for (size_t i = 0; i < l->d->n_links; i++) {
        struct erd_link *link = &l->d->links[i];
        const struct erd_table *t = &l->d->tables[link->from];
        if (link->from != link->to)
            continue;
        link->points = NEW_N(l->arena, struct erd_point, 2);
        link->from_left = true;
        put_point(link, t->x + t->width, t->y + erd_row_y(t, link->from_column));
        put_point(link, t->x + t->width, t->y + erd_row_y(t, link->to_column));
    }
}

/* -- all together ------------------------------------------------------------------- */

static void move(struct layout *l, const struct box *box)
{
    struct erd *d = l->d;
    int dx = box->x + MARGIN, dy = box->y + MARGIN;
    for (size_t i = 0; i < d->n_tables; i++) {
        struct erd_table *t = &d->tables[i];
        if (l->part[i] != box->part)
            continue;
        t->x += dx;
        t->y += dy;
        d->width = t->x + t->width > d->width ? t->x + t->width : d->width;
        d->height = t->y + t->height > d->height ? t->y + t->height : d->height;
    }
    for (size_t i = 0; i < d->n_links; i++)
        for (size_t k = 0;
             l->part[d->links[i].from] == box->part && k < d->links[i].n_points; k++) {
            d->links[i].points[k].x += dx;
            d->links[i].points[k].y += dy;
        }
}

void erd_layout(struct erd *d, struct arena *a)
{
    struct layout l = {.d = d, .arena = a, .wires = NEW_N(a, struct wire, d->n_links)};
    for (size_t i = 0; i < d->n_tables; i++)
        measure(&d->tables[i], a);
    find_parts(&l);
    turn_circles(&l);
    connect(&l);
    struct box *boxes = NEW_N(a, struct box, l.n_parts);
    struct waiting waiting = {.at = NEW_N(a, size_t, d->n_tables),
                              .missing = NEW_N(a, size_t, d->n_tables),
                              .first = NEW_N(a, size_t, d->n_tables)};
    for (size_t part = 0; part < l.n_parts; part++) {
        place_in_ranks(&l, part, &waiting);
        pull_right(&l, part);
        make_nodes(&l, part);
        arrange(&l);
        boxes[part] = finish(&l, part);
    }
    draw_loops(&l);
    if (l.n_parts)
        boxes_pack(boxes, l.n_parts, RANK_GAP / 2, PART_GAP, a);
    for (size_t i = 0; i < l.n_parts; i++)
        move(&l, &boxes[i]);
    d->width += MARGIN + LOOP;
    d->height += MARGIN;
}
