/* Building the graph, and the questions that need no identifier. */
#include "base/hash.h"
#include "model/graph_inside.h"

#include <stdlib.h>
#include <string.h>

static struct name *slot_of(const struct graph *g, str text)
{
    size_t i = (size_t)hash_str(HASH_START, text) & (g->n_slots - 1);
    while (g->slots[i].text.p && !str_eq(g->slots[i].text, text))
        i = (i + 1) & (g->n_slots - 1);
    return &g->slots[i];
}

size_t graph_name(const struct graph *g, str text)
{
    const struct name *slot = text.n ? slot_of(g, text) : NULL;
    return slot && slot->text.p ? slot->node : BASE;
}

/* -- What a file may call itself -------------------------------------------------- */

static bool is_forbidden(char c, bool label)
{
    return c == '@' || c == ':' || c == ' ' || (c >= '\t' && c <= '\r') || c == '\0' ||
           (!label && (c == '-' || c == '+'));
}

/* A hyphen is allowed in a label, as Alembic allows it: `label-1` is first looked up as a
 * name. */
static bool check_name(const struct revision *r, str name, bool label, struct err *e)
{
    const char *what = label ? "branch label" : "revision identifier";
    if (name.n == 0) {
        err_set(e, ERR_FAILED,
                label ? "A branch label is empty" : "A revision has no identifier");
        return err_at(e, r->file, 0);
    }
    static const char *const reserved[] = {"head", "heads", "base", "current"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (str_is(name, reserved[i])) {
            err_set(e, ERR_FAILED,
                    "'%s' cannot be a %s: the command line gives it a meaning",
                    reserved[i], what);
            return err_at(e, r->file, 0);
        }
    char found[8 * 3 + 1];
    size_t n = 0;
    for (size_t i = 0; i < name.n && n + 3 < sizeof found; i++) {
        char c = name.p[i] == '\0' ? '?' : name.p[i];
        if (!is_forbidden(name.p[i], label) || memchr(found, c, n))
            continue;
        if (n) {
            found[n++] = ',';
            found[n++] = ' ';
        }
        found[n++] = c;
    }
    if (n == 0)
        return true;
    err_set(e, ERR_FAILED, "Character(s) '%.*s' not allowed in %s '%.*s'", (int)n, found,
            what, STR_ARG(name));
    return err_at(e, r->file, 0);
}

static bool add_id(struct graph *g, struct revision *revs, size_t i, struct err *e)
{
    struct revision *r = &revs[i];
    if (!check_name(r, r->id, false, e))
        return false;
    struct name *slot = slot_of(g, r->id);
    if (slot->text.p) {
        const struct revision *other = &revs[slot->node];
        err_set(e, ERR_FAILED, "Revision %.*s is present more than once", STR_ARG(r->id));
        err_at(e, r->file, 0);
        return err_hint(
            e, "%.*s and %.*s both say revision = \"%.*s\": give one of them another",
            STR_ARG(other->file), STR_ARG(r->file), STR_ARG(r->id));
    }
    *slot = (struct name){r->id, i};
    return true;
}

static bool add_labels(struct graph *g, struct revision *revs, size_t i, struct err *e)
{
    const struct revision *r = &revs[i];
    for (size_t k = 0; k < r->labels.n; k++) {
        str label = r->labels.at[k];
        if (!check_name(r, label, true, e))
            return false;
        struct name *slot = slot_of(g, label);
        if (slot->text.p) {
            const struct revision *other = &revs[slot->node];
            err_set(e, ERR_FAILED,
                    "Branch name '%.*s' in revision %.*s already used by revision %.*s",
                    STR_ARG(label), STR_ARG(r->id), STR_ARG(other->id));
            err_at(e, r->file, 0);
            return err_hint(e,
                            "the other one stands in %.*s; a label belongs to the first "
                            "revision of its branch only",
                            STR_ARG(other->file));
        }
        *slot = (struct name){label, i};
    }
    return true;
}

static bool build_names(struct graph *g, struct revision *revs, struct arena *a,
                        struct err *e)
{
    size_t names = g->n;
    for (size_t i = 0; i < g->n; i++)
        names += revs[i].labels.n;
    g->n_slots = 16;
    while (g->n_slots < 2 * names)
        g->n_slots *= 2;
    g->slots = NEW_N(a, struct name, g->n_slots);
    for (size_t i = 0; i < g->n; i++)
        if (!add_id(g, revs, i, e))
            return false;
    for (size_t i = 0; i < g->n; i++)
        if (!add_labels(g, revs, i, e))
            return false;
    return true;
}

/* -- Edges ------------------------------------------------------------------------ */

/* Files may be many: only the ids are candidates, and only in an error. */
static void hint_nearest(struct err *e, const struct graph *g,
                         const struct revision *revs, str wanted)
{
    struct arena scratch = {0};
    str *ids = NEW_N(&scratch, str, g->n);
    for (size_t i = 0; i < g->n; i++)
        ids[i] = revs[i].id;
    str near = str_nearest(wanted, ids, g->n);
    size_t i = near.p ? graph_name(g, near) : BASE;
    if (i != BASE)
        err_hint(e, "did you mean '%.*s' (%.*s)?", STR_ARG(near), STR_ARG(revs[i].file));
    else
        err_hint(e,
                 "no file says revision = \"%.*s\": was it deleted, renamed, or is it in "
                 "another branch of the code?",
                 STR_ARG(wanted));
    arena_reset(&scratch);
}

static bool add_link(struct links *l, size_t to)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->at[i] == to)
            return false;
    l->at[l->n++] = to;
    return true;
}

static bool self_loop(const struct revision *r, const char *key, const char *kind,
                      struct err *e)
{
    err_set(e, ERR_FAILED, "%s is detected in revisions (%.*s)", kind, STR_ARG(r->id));
    err_at(e, r->file, 0);
    return err_hint(e, "its %s names the revision itself", key);
}

static bool find_below(struct graph *g, struct revision *revs, size_t i, struct arena *a,
                       struct err *e)
{
    const struct revision *r = &revs[i];
    struct links *below = &g->at[i].below;
    below->at = NEW_N(a, size_t, r->down.n + r->depends.n);
    for (size_t k = 0; k < r->down.n + r->depends.n; k++) {
        bool line = k < r->down.n;
        str wanted = line ? r->down.at[k] : r->depends.at[k - r->down.n];
        size_t to = graph_name(g, wanted);
        /* A parent is named by its id, a dependency by its id or a label. */
        if (to == BASE || (line && !str_eq(revs[to].id, wanted))) {
            err_set(e, ERR_REVISION,
                    "Revision %.*s referenced from %s of %.*s is not present",
                    STR_ARG(wanted), line ? "down_revision" : "depends_on",
                    STR_ARG(r->id));
            err_at(e, r->file, 0);
            hint_nearest(e, g, revs, wanted);
            return false;
        }
        if (to == i)
            return line ? self_loop(r, "down_revision", "Self-loop", e)
                        : self_loop(r, "depends_on", "Dependency self-loop", e);
        if (add_link(below, to) && line)
            below->lines++;
    }
    return true;
}

/* -- Order ------------------------------------------------------------------------ */

enum colour { WHITE, GREY, BLACK };

/* A depth-first walk without recursion: `stack` holds the way down to where we are. */
struct walk {
    struct graph *g;
    struct revision *revs;
    unsigned char *colour;
    size_t *next; /* the edge to follow next, for each revision */
    size_t *stack, depth;
    size_t *order, done;
};

static bool report_cycle(const struct walk *w, size_t again, struct err *e)
{
    size_t from = w->depth;
    while (w->stack[from - 1] != again)
        from--;
    bool dependency = false;
    struct arena scratch = {0};
    struct buf ids = buf_in(&scratch), files = buf_in(&scratch);
    bool first = true, first_file = true;
    enum { SHOWN = 20 };
    for (size_t k = from - 1; k < w->depth; k++) {
        size_t i = w->stack[k];
        if (w->next[i] > w->g->at[i].below.lines)
            dependency = true;
        size_t nth = k - (from - 1);
        if (nth > SHOWN)
            continue;
        buf_sep(&ids, &first, ", ");
        buf_sep(&files, &first_file, ", ");
        if (nth == SHOWN) {
            buf_put(&ids, "...");
            buf_put(&files, "...");
        } else {
            buf_str(&ids, w->revs[i].id);
            buf_str(&files, w->revs[i].file);
        }
    }
    str id_list = buf_done(&ids), file_list = buf_done(&files);
    err_set(e, ERR_FAILED, "%s is detected in revisions (%.*s)",
            dependency ? "Dependency cycle" : "Cycle", STR_ARG(id_list));
    err_at(e, w->revs[again].file, 0);
    err_hint(
        e,
        "each revision of the list comes after the next one, the last after the first: "
        "change %s in one of %.*s",
        dependency ? "down_revision or depends_on" : "down_revision", STR_ARG(file_list));
    arena_reset(&scratch);
    return false;
}

/* Emits a revision after all that is below it. */
static bool walk_from(struct walk *w, size_t start, struct err *e)
{
    if (w->colour[start] == BLACK)
        return true;
    w->stack[w->depth++] = start;
    w->colour[start] = GREY;
    while (w->depth) {
        size_t i = w->stack[w->depth - 1];
        const struct links *below = &w->g->at[i].below;
        if (w->next[i] == below->n) {
            w->colour[i] = BLACK;
            w->order[w->done++] = i;
            w->depth--;
            continue;
        }
        size_t to = below->at[w->next[i]++];
        if (w->colour[to] == GREY)
            return report_cycle(w, to, e);
        if (w->colour[to] == WHITE) {
            w->colour[to] = GREY;
            w->stack[w->depth++] = to;
        }
    }
    return true;
}

/* Heads in file order, each with all that is below it: a line stays in one piece. */
static bool find_order(struct graph *g, struct revision *revs, size_t *order,
                       struct arena *a, struct err *e)
{
    struct walk w = {g,
                     revs,
                     NEW_N(a, unsigned char, g->n),
                     NEW_N(a, size_t, g->n),
                     NEW_N(a, size_t, g->n),
                     0,
                     order,
                     0};
    bool *has_above = NEW_N(a, bool, g->n);
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->at[i].below.n; k++)
            has_above[g->at[i].below.at[k]] = true;
    for (size_t i = 0; i < g->n; i++)
        if (!has_above[i] && !walk_from(&w, i, e))
            return false;
    for (size_t i = 0; i < g->n; i++) /* what no head leads to is a circle */
        if (!walk_from(&w, i, e))
            return false;
    return true;
}

static void renumber(struct graph *g, struct revision *revs, const size_t *order,
                     struct arena *a)
{
    size_t *rank = NEW_N(a, size_t, g->n);
    struct node *at = NEW_N(a, struct node, g->n);
    for (size_t i = 0; i < g->n; i++)
        rank[order[i]] = i;
    for (size_t i = 0; i < g->n; i++) {
        at[i] = g->at[order[i]];
        at[i].rev = &revs[order[i]];
        at[i].rev->index = i;
        for (size_t k = 0; k < at[i].below.n; k++)
            at[i].below.at[k] = rank[at[i].below.at[k]];
    }
    g->at = at;
    for (size_t i = 0; i < g->n_slots; i++)
        if (g->slots[i].text.p)
            g->slots[i].node = rank[g->slots[i].node];
}

static void find_above(struct graph *g, struct arena *a)
{
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->at[i].below.n; k++)
            g->at[g->at[i].below.at[k]].above.n++;
    for (size_t i = 0; i < g->n; i++) {
        g->at[i].above.at = NEW_N(a, size_t, g->at[i].above.n);
        g->at[i].above.n = 0;
    }
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->at[i].below.lines; k++) {
            struct links *above = &g->at[g->at[i].below.at[k]].above;
            above->at[above->n++] = i;
            above->lines++;
        }
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = g->at[i].below.lines; k < g->at[i].below.n; k++) {
            struct links *above = &g->at[g->at[i].below.at[k]].above;
            above->at[above->n++] = i;
        }
}

/* -- Labels ----------------------------------------------------------------------- */

/* Lists are shared between a revision and its child until one differs, so appending
 * always copies. */
static struct strs with(const struct strs *list, str s, struct arena *a)
{
    if (strs_has(list, s))
        return *list;
    struct strs longer = {NEW_N(a, str, list->n + 1), list->n + 1, list->n + 1};
    if (list->n)
        memcpy(longer.at, list->at, list->n * sizeof *list->at);
    longer.at[list->n] = s;
    return longer;
}

/* A label holds for all descendants, and for the ancestors down to (not including) the
 * nearest branch or merge point. */
static void spread_labels(struct graph *g, struct arena *a)
{
    for (size_t i = 0; i < g->n; i++) {
        struct node *node = &g->at[i];
        node->labels = node->rev->labels;
        node->labels.room = node->labels.n;
        for (size_t k = 0; k < node->below.lines; k++) {
            const struct strs *parent = &g->at[node->below.at[k]].labels;
            if (!node->labels.n)
                node->labels = *parent;
            else
                for (size_t j = 0; j < parent->n; j++)
                    node->labels = with(&node->labels, parent->at[j], a);
        }
    }
    for (size_t i = 0; i < g->n; i++) {
        const struct strs *own = &g->at[i].rev->labels;
        const struct node *node = &g->at[i];
        while (own->n && node->above.n <= 1 && node->below.lines == 1) {
            struct node *parent = &g->at[node->below.at[0]];
            if (parent->above.n > 1 || parent->below.lines > 1)
                break;
            for (size_t k = 0; k < own->n; k++)
                parent->labels = with(&parent->labels, own->at[k], a);
            node = parent;
        }
    }
}

/* -- The public face -------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

struct graph *graph_build(struct revision *revisions, size_t n, struct arena *a,
                          struct err *e)
{
    struct graph *g = NEW(a, struct graph);
    g->n = n;
    g->at = NEW_N(a, struct node, n);
    if (!build_names(g, revisions, a, e))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (!find_below(g, revisions, i, a, e))
            return NULL;
    size_t *order = NEW_N(a, size_t, n);
    if (!find_order(g, revisions, order, a, e))
        return NULL;
    renumber(g, revisions, order, a);
    find_above(g, a);
    spread_labels(g, a);
    g->sorted = NEW_N(a, struct name, g->n_slots);
    for (size_t i = 0; i < g->n_slots; i++)
        if (g->slots[i].text.p)
            g->sorted[g->n_sorted++] = g->slots[i];
    if (g->n_sorted)
        qsort(g->sorted, g->n_sorted, sizeof *g->sorted, by_text);
    return g;
}

str revision_title(const struct revision *r)
{
    return str_trim(str_cut(r->message, 0, str_find(r->message, '\n')));
}

size_t graph_size(const struct graph *g)
{
    return g->n;
}

struct revision *graph_at(const struct graph *g, size_t i)
{
    return g->at[i].rev;
}

struct revision *graph_exact(const struct graph *g, str id)
{
    size_t i = graph_name(g, id);
    return i != BASE && str_eq(g->at[i].rev->id, id) ? g->at[i].rev : NULL;
}

struct revision *graph_named(const struct graph *g, str name)
{
    size_t i = graph_name(g, name);
    return i == BASE ? NULL : g->at[i].rev;
}

void revisions_add(struct revisions *list, struct arena *a, const struct graph *g,
                   size_t node)
{
    *PUSH(a, list->at, list->n, list->room) = g->at[node].rev;
}

bool graph_is_head(const struct graph *g, const struct revision *r)
{
    return g->at[r->index].above.lines == 0;
}

bool graph_is_effective_head(const struct graph *g, const struct revision *r)
{
    return g->at[r->index].above.lines == 0 && g->at[r->index].above.n > 0;
}

bool graph_is_branch_point(const struct graph *g, const struct revision *r)
{
    return g->at[r->index].above.lines > 1;
}

struct revisions graph_heads(const struct graph *g, struct arena *a)
{
    struct revisions out = {0};
    for (size_t i = 0; i < g->n; i++)
        if (g->at[i].above.lines == 0)
            revisions_add(&out, a, g, i);
    return out;
}

struct revisions graph_bases(const struct graph *g, struct arena *a)
{
    struct revisions out = {0};
    for (size_t i = 0; i < g->n; i++)
        if (g->at[i].below.lines == 0)
            revisions_add(&out, a, g, i);
    return out;
}

struct revisions graph_branch_points(const struct graph *g, struct arena *a)
{
    struct revisions out = {0};
    for (size_t i = 0; i < g->n; i++)
        if (g->at[i].above.lines > 1)
            revisions_add(&out, a, g, i);
    return out;
}

struct revisions graph_children(const struct graph *g, const struct revision *r,
                                struct arena *a)
{
    struct revisions out = {0};
    const struct links *above = &g->at[r->index].above;
    for (size_t k = 0; k < above->lines; k++)
        revisions_add(&out, a, g, above->at[k]);
    return out;
}

struct strs graph_labels(const struct graph *g, const struct revision *r, struct arena *a)
{
    const struct strs *labels = &g->at[r->index].labels;
    struct strs out = {NEW_N(a, str, labels->n), labels->n, labels->n};
    if (labels->n)
        memcpy(out.at, labels->at, labels->n * sizeof *labels->at);
    return out;
}

bool graph_has_label(const struct graph *g, size_t node, str label)
{
    return strs_has(&g->at[node].labels, label);
}

marks marks_new(const struct graph *g, struct arena *a)
{
    return NEW_N(a, bool, g->n);
}

void marks_down(const struct graph *g, marks m, bool all)
{
    for (size_t i = g->n; i-- > 0;) {
        const struct links *below = &g->at[i].below;
        for (size_t k = 0; m[i] && k < (all ? below->n : below->lines); k++)
            m[below->at[k]] = true;
    }
}

void marks_up(const struct graph *g, marks m, bool all)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct links *above = &g->at[i].above;
        for (size_t k = 0; m[i] && k < (all ? above->n : above->lines); k++)
            m[above->at[k]] = true;
    }
}

marks marks_of(const struct graph *g, const struct revisions *list, struct arena *a)
{
    marks m = marks_new(g, a);
    for (size_t i = 0; i < list->n; i++)
        m[list->at[i]->index] = true;
    return m;
}

marks marks_lineage(const struct graph *g, size_t node, struct arena *a)
{
    marks up = marks_new(g, a), m = marks_new(g, a);
    up[node] = m[node] = true;
    marks_up(g, up, false);
    marks_down(g, m, false);
    for (size_t i = 0; i < g->n; i++)
        m[i] = m[i] || up[i];
    return m;
}
