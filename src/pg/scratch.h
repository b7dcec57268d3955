/* Databases that go away: made for one comparison or test, dropped after.
 *
 * A scratch database stands on the target's server (made from template0, with the
 * target's encoding and locale), or is the one that scratch_url names, emptied before
 * use. Its name starts with moonshift_scratch_ and its comment says what it is, so that
 * what a killed program left behind is found and dropped by the next one.
 */
#ifndef MOONSHIFT_PG_SCRATCH_H
#define MOONSHIFT_PG_SCRATCH_H

#include "pg/conn.h"

struct scratch;

/* `admin` is a connection to the server on which the database is made; `options` are
 * those it was opened with. NULL with e filled; without the right to create databases the
 * message names the two ways out (CREATEDB, scratch_url). */
struct scratch *scratch_open(struct conn *admin, const struct conn_options *options,
                             struct arena *a, struct err *e);
/* A database that is there for this purpose: everything in it is dropped first. Refused
 * when it holds Moonshift's version table, because then it is no scratch database. */
struct scratch *scratch_borrow(const struct conn_options *options, struct arena *a,
                               struct err *e);
/* The connection to the scratch database. */
struct conn *scratch_conn(struct scratch *s);
/* Drops the database. Safe on NULL. Errors are reported, the caller may ignore them: the
 * next scratch_open prunes. */
bool scratch_close(struct scratch *s, struct err *e);

#endif
