/* Reads a database's schema into a catalog.
 *
 * A fixed number of queries (one file each in src/pg/catalog), whatever the size of
 * the database. Nothing is written. Expressions and types come as the server prints them
 * under search_path = the default schema alone, so two databases read the same way print
 * the same text. What belongs to an extension, temporary objects and Moonshift's own
 * tables are never read.
 */
#ifndef MOONSHIFT_PG_CATALOG_H
#define MOONSHIFT_PG_CATALOG_H

#include "model/catalog.h"
#include "model/graph.h"
#include "plan/sink.h"

struct catalog_options {
    str default_schema; /* written without schema; empty: the session's current schema */
    const str *own_tables; /* "schema.name" of tables to leave out */
    size_t n_own_tables;
    bool one_form; /* one text for what the server prints in two ways: to compare, not to
                      make anything from */
    bool again; /* the same connection has read, or will read, others: worth preparing */
};

bool catalog_read(struct sink *s, const struct catalog_options *options,
                  struct catalog *out, struct arena *a, struct err *e);

#endif
