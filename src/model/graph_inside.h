/* What the files of the graph share: its memory and the walks over it. Nobody else
 * includes this.
 *
 * Revisions are numbered in topological order, parents and dependencies first. So the
 * ancestors of a set are one sweep downwards over the numbers and its descendants one
 * sweep upwards: no walk needs a stack, and each costs one look at every edge.
 */
#ifndef MOONSHIFT_MODEL_GRAPH_INSIDE_H
#define MOONSHIFT_MODEL_GRAPH_INSIDE_H

#include "model/graph.h"

#include <stdint.h>

/* "Below the first revision", and "no such revision". */
#define BASE SIZE_MAX

/* Neighbours of a revision on one side: at[0 .. lines) along down_revision, the rest
 * along depends_on only. */
struct links {
    size_t *at;
    size_t lines, n;
};

struct node {
    struct revision *rev;
    struct links below, above;
    struct strs labels; /* its own and its branch's */
};

struct name {
    str text; /* an id or a label */
    size_t node;
};

struct graph {
    struct node *at;
    size_t n;
    struct name *slots; /* a hash table with open addressing; .text.p is NULL when free */
    size_t n_slots;     /* a power of two */
    struct name *sorted;
    size_t n_sorted;
};

/* One mark for each revision. */
typedef bool *marks;

marks marks_new(const struct graph *g, struct arena *a);
/* Adds everything below (above) what is marked; `all` follows depends_on too. */
void marks_down(const struct graph *g, marks m, bool all);
void marks_up(const struct graph *g, marks m, bool all);
/* Ancestors, descendants and itself, along down_revision. */
marks marks_lineage(const struct graph *g, size_t node, struct arena *a);
marks marks_of(const struct graph *g, const struct revisions *list, struct arena *a);

void revisions_add(struct revisions *list, struct arena *a, const struct graph *g,
                   size_t node);

/* The node with this exact id or label; BASE when there is none. */
size_t graph_name(const struct graph *g, str text);
bool graph_has_label(const struct graph *g, size_t node, str label);

/* The revisions of the version table; an error that says what to do when a row names a
 * revision that no file defines, or when one row is implied by another. */
bool graph_rows(const struct graph *g, const struct strs *current, struct revisions *out,
                struct arena *a, struct err *e);

/* Where a command wants to go. */
struct target {
    struct revisions revs; /* empty means base */
    bool base;             /* base is also among several ends */
    size_t branch;         /* of label@form; BASE when none was given */
    str note;              /* a warning for the user; STR_NONE */
};
/* What the text means by itself; graph_resolve says how. With `clamp`, a relative form
 * that leads beyond the end of its line stops there. */
bool graph_target(const struct graph *g, const struct strs *current, str text, bool clamp,
                  struct target *out, struct arena *a, struct err *e);
/* What `upgrade` and `downgrade` mean by it. */
bool graph_target_up(const struct graph *g, const struct revisions *rows, str text,
                     struct target *out, struct arena *a, struct err *e);
bool graph_target_down(const struct graph *g, const struct revisions *rows, str text,
                       struct target *out, struct arena *a, struct err *e);

#endif
