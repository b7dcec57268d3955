/* Catalog, catalog -> the ops that turn the first into the second.
 *
 * Objects are matched by identity and compared as values: equal create ops, equal
 * objects. What differs is altered in place where PostgreSQL can, else dropped and
 * created again together with all that depends on it. Nothing is guessed: a rename is a
 * rename only where the caller says so.
 *
 * The order of the ops is the server's own knowledge (pg_depend, read with both
 * catalogs): an object is made after what it needs and dropped before it. Foreign keys
 * are objects of their own, so a cycle of tables is no cycle of objects.
 */
#ifndef MOONSHIFT_PLAN_DIFF_H
#define MOONSHIFT_PLAN_DIFF_H

#include "base/err.h"
#include "model/catalog.h"

enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_ALTERED, CHANGE_REBUILT };

/* One difference, for the log ("Detected added table 'users'") and for `check`. */
struct change {
    enum change_kind kind;
    const struct object *from, *to; /* NULL when added, removed */
    bool silent; /* part of another one: the sequence of a serial column */
};

/* Something a person should read before running the migration. */
struct hazard {
    const struct op *op; /* the op it is about */
    const char *kind;    /* "data loss", "rewrite", "lock", "rebuild", "sequence" */
    str text;
};

struct diff {
    struct ops ops;
    struct change *changes;
    size_t n_changes, changes_room;
    struct hazard *hazards;
    size_t n_hazards, hazards_room;
    struct strs circles; /* objects that need each other, and no order can help: names */
};

struct diff_options {
    int server_version;
};

/* `out` is empty when the catalogs agree. Both catalogs must outlive it. */
bool catalog_diff(const struct catalog *from, const struct catalog *to,
                  const struct diff_options *options, struct diff *out, struct arena *a,
                  struct err *e);

/* All of a catalog as ops, in an order that works: what diff from nothing gives, without
 * the changes. For inspect. */
bool catalog_ops(const struct catalog *c, struct ops *out, struct arena *a,
                 struct err *e);

#endif
