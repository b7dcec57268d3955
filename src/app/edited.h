/* Files of applied revisions against the checksums of the log.
 *
 * Line ends, blanks at the ends of lines and a byte order mark do not count: the checksum
 * is that of script/migration.
 */
#ifndef MOONSHIFT_APP_EDITED_H
#define MOONSHIFT_APP_EDITED_H

#include "app/session.h"
#include "base/json.h"

/* What became of the files since they were applied; lists as long as the session. */
struct edited {
    struct revisions files;   /* that are not what was run */
    struct revisions unknown; /* stamped, or applied elsewhere: the log has no checksum */
    size_t compared;
};

/* Compares the files of `applied`. `names` must be whole (ledger_read). Only reads. */
bool edited_find(struct session *s, const struct ledger_names *names,
                 const struct plan *applied, struct edited *out, struct err *e);
/* A line for each edited file, on stdout. */
void edited_print(const struct edited *found);
/* A list of objects with revision and file, one for each edited file. */
void edited_json(struct json *j, const struct edited *found);
/* What to do about it; there must be an edited file. */
str edited_hint(const struct edited *found, struct arena *a);

#endif
