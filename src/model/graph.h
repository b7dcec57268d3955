/* The revision graph: which revisions there are, and the way from one state to another.
 *
 * A revision has parents (down_revision: none for a base, several for a merge), labels
 * and dependencies (depends_on: an edge that is not a parent). The state of a database
 * is a set of revision ids, one row of the version table each: its current heads. A
 * revision that another applied one depends on is implied and has no row of its own.
 *
 * Nothing here touches a file, a script or a server. All walks are linear in the size of
 * the graph. Errors have kind ERR_REVISION (not found) or ERR_DECISION (several heads)
 * or ERR_FAILED (a broken graph), carry Alembic's wording and name the files.
 */
#ifndef MOONSHIFT_MODEL_GRAPH_H
#define MOONSHIFT_MODEL_GRAPH_H

#include "base/err.h"

/* What the header of a revision file says. */
struct revision {
    str id;
    str message;      /* first line is shown in listings; may be empty */
    struct strs down; /* parents, as written (full ids) */
    struct strs labels;
    struct strs depends; /* ids or labels, as written */
    str file;            /* relative to the project */
    str created;         /* "2026-11-21 10:00:00", from the header; may be empty */
    bool transactional;
    str irreversible; /* why there is no way down; STR_NONE when there is one */
    size_t index;     /* position in the graph, set by graph_build */
};

/* The first line of its message. */
str revision_title(const struct revision *r);

struct graph;

/* Builds and checks: duplicate ids, missing parents and dependencies, cycles, labels used
 * twice, ids with forbidden characters (@ - + : and white space). Revisions must outlive
 * the graph. Order of `revisions` (by file name) is the order among independents. */
struct graph *graph_build(struct revision *revisions, size_t n, struct arena *a,
                          struct err *e);

size_t graph_size(const struct graph *g);
/* i-th revision in topological order, parents and dependencies first. */
struct revision *graph_at(const struct graph *g, size_t i);
/* Exact id, label or unique prefix of 4+ characters; error otherwise. */
struct revision *graph_find(const struct graph *g, str text, struct err *e);
/* Exact id only; NULL when there is none. */
struct revision *graph_exact(const struct graph *g, str id);
/* Exact id or label, as depends_on names it; NULL when there is none. */
struct revision *graph_named(const struct graph *g, str name);

/* A list of revisions. */
struct revisions {
    struct revision **at;
    size_t n, room;
};
struct revisions graph_heads(const struct graph *g, struct arena *a);
struct revisions graph_bases(const struct graph *g, struct arena *a);
struct revisions graph_branch_points(const struct graph *g, struct arena *a);
struct revisions graph_children(const struct graph *g, const struct revision *r,
                                struct arena *a);
/* All labels that apply to a revision: its own, its branch's (Alembic's propagation). */
struct strs graph_labels(const struct graph *g, const struct revision *r,
                         struct arena *a);
bool graph_is_head(const struct graph *g, const struct revision *r);
bool graph_is_branch_point(const struct graph *g, const struct revision *r);
/* A head of its line that another revision depends on: listings say "(effective head)"
 * where they say "(head)" for any other head. */
bool graph_is_effective_head(const struct graph *g, const struct revision *r);

/* Any identifier form that names revisions: id, prefix, label, head, heads, base,
 * current, ±N forms relative to `current`, label@form. `base` gives an empty list.
 * Commands that want exactly one say so with `single`: several heads are then an error.
 * Without a database `current` may be NULL: +N then counts from base, -N from the heads.
 */
bool graph_resolve(const struct graph *g, str text, const struct strs *current,
                   bool single, struct revisions *out, struct arena *a, struct err *e);

/* "a:b", "a:", ":b" for history: newest first, as Alembic prints. */
bool graph_range(const struct graph *g, str range, const struct strs *current,
                 struct revisions *out, struct arena *a, struct err *e);

/* What one step does to the rows of the version table. With one removed and one added
 * row it is an UPDATE. */
struct step {
    const struct revision *revision;
    bool up;
    struct strs removed, added;
};

struct plan {
    struct step *at;
    size_t n, room;
    struct strs after; /* the rows when all is done */
    str note; /* a warning to print before running; STR_NONE when there is none */
};

/* From `current` rows to a target, as `upgrade TARGET` and `downgrade TARGET` mean it. */
bool graph_upgrade(const struct graph *g, const struct strs *current, str target,
                   struct plan *out, struct arena *a, struct err *e);
bool graph_downgrade(const struct graph *g, const struct strs *current, str target,
                     struct plan *out, struct arena *a, struct err *e);
/* From `current` rows to the rows `stamp TARGETS` wants. With `purge`, current is taken
 * as empty (ids that no file knows are then no error). */
bool graph_stamp(const struct graph *g, const struct strs *current,
                 const struct strs *targets, bool purge, struct strs *rows_after,
                 struct arena *a, struct err *e);

#endif
