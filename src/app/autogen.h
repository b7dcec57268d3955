/* Autogenerate: the ops between the live database and the models, both ways.
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

/* Bodies of a revision file; *header gets settings the body needs. */
str autogen_body(const struct diff *d, struct arena *a);
str autogen_header(const struct autogen *g, struct arena *a);

/* "added table 'users'". */
str change_text(const struct change *c, struct arena *a);

#endif
