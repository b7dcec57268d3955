/* How revisions are listed: Alembic's lines and blocks, and JSON. */
#ifndef MOONSHIFT_APP_LISTING_H
#define MOONSHIFT_APP_LISTING_H

#include "app/session.h"
#include "base/json.h"

enum listing_parts {
    LIST_PARENTS = 1, /* "a -> b" */
    LIST_LABELS = 2,
    LIST_TREE = 4, /* (branchpoint), (mergepoint) */
    LIST_MESSAGE = 8,
};

/* "001_a -> 002_b (head), message", without a newline. `rows` (the applied heads) marks
 * (current); NULL: not known. */
str listing_line(const struct session *s, const struct revision *r, unsigned parts,
                 const struct strs *rows);
/* The block of --verbose, an empty line at the end. */
str listing_block(const struct session *s, const struct revision *r,
                  const struct strs *rows);
/* An object with all that is known of a revision. */
void listing_json(const struct session *s, struct json *j, const struct revision *r,
                  const struct strs *rows);
/* Prints a list: lines, blocks or JSON, as the global options say. */
void listing_print(const struct session *s, const struct revisions *list, unsigned parts,
                   const struct strs *rows);

/* What a database at these rows is at: the rows' revisions, and heads of other lines that
 * these depend on. ERR_REVISION when no file has the id of a row. */
bool listing_current(const struct session *s, const struct strs *rows,
                     struct revisions *out, struct err *e);
/* For each revision, by its index, whether it is applied; NULL with e filled. */
bool *listing_applied(const struct session *s, const struct strs *rows, struct err *e);

#endif
