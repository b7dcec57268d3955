/* Builds a schema in an empty database from pieces whose order is not known.
 *
 * First all pieces in one go, in a likely order. Where the server refuses one, they are
 * tried one by one, again and again, as long as any of them succeeds: what a piece needs
 * is then there sooner or later. What is left over is an error of its own place.
 */
#ifndef MOONSHIFT_APP_BUILD_H
#define MOONSHIFT_APP_BUILD_H

#include "pg/conn.h"
#include "plan/sink.h"

struct piece {
    struct stmt_list stmts;
    int rank; /* smaller goes first */
    bool done;
};

struct pieces {
    struct piece *at;
    size_t n, room;
};

/* One piece for each statement of a script. */
bool pieces_add_sql(struct pieces *p, str text, str file, int server_version,
                    struct arena *a, struct err *e);
/* One piece for each op; foreign keys of table literals become pieces of their own. */
bool pieces_add_ops(struct pieces *p, const struct ops *ops, int server_version,
                    struct arena *a, struct err *e);
/* The same for ops that stand in the right order. */
bool pieces_add_ops_in_order(struct pieces *p, const struct ops *ops, int server_version,
                             struct arena *a, struct err *e);
bool pieces_build(struct pieces *p, struct conn *c, str default_schema, struct arena *a,
                  struct err *e);

#endif
