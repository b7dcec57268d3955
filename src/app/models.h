/* Models to catalog: what the schema should be, as PostgreSQL itself prints it.
 *
 * Models are files of ops (*.lua) and of DDL (*.sql). They are executed in a scratch
 * database and read back, so that both sides of a comparison are the server's own words.
 */
#ifndef MOONSHIFT_APP_MODELS_H
#define MOONSHIFT_APP_MODELS_H

#include "app/session.h"
#include "model/catalog.h"

/* Reads the models directory, builds it in a scratch database and reads that. Needs a
 * connection. `default_schema` is the target's; `renames` gets what renamed_from asks. */
bool models_catalog(struct session *s, str default_schema, struct catalog *out,
                    struct ops *renames, struct err *e);

/* The target's own catalog, without Moonshift's tables. */
bool target_catalog(struct session *s, struct catalog *out, struct err *e);

/* A catalog built anew in a scratch database and read back: PostgreSQL prints some
 * expressions differently after one dump and restore, and stably from the second on.
 * `more` (NULL for nothing) is run after: the renames. */
bool settled_catalog(struct session *s, const struct catalog *c, const struct ops *more,
                     struct catalog *out, struct err *e);

#endif
