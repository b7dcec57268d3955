/* Autogenerate: the ops between the live database and the models, both ways.
 *
 * Knows what is compared with what, and how it is told to a person. How catalogs differ is
 * plan/diff, where they come from app/models.
 */
#ifndef MOONSHIFT_APP_AUTOGEN_H
#define MOONSHIFT_APP_AUTOGEN_H

#include "app/session.h"
#include "plan/diff.h"

struct autogen {
    struct catalog database, models;
    struct ops renames;   /* that are due; part of up and down */
    struct diff up, down; /* database -> models, models -> database */
};

/* Compares. Connects when needed; the target is only read. What the configuration leaves
 * out (schemas, include, exclude) is in neither catalog's comparison. */
bool autogen_compare(struct session *s, struct autogen *out, struct err *e);

/* Marks what the configuration leaves out (schemas, include, exclude). */
void autogen_filter(const struct session *s, struct catalog *c);

/* "Target database is not up to date." with the command to type, when the database is not
 * at the heads. */
bool autogen_ready(struct session *s, struct err *e);

/* One log line for each difference: "Detected added table 'users'". */
void autogen_tell(struct session *s, const struct diff *d);

/* One body of a revision file: the ops, with what a person should know of them. */
str autogen_body(const struct diff *d, struct arena *a);
/* Header lines that the bodies need; may be empty. */
str autogen_header(const struct autogen *g);

/* "added", "removed", "changed" or "rebuilt". */
const char *change_word(enum change_kind kind);
/* "added table 'users'". */
str change_text(const struct change *c, struct arena *a);

#endif
