/* What a revision asks for, written down instead of carried out: for lint.
 *
 * The functions run as with --sql (ctx.offline is true). Reading from the database is
 * refused, and ends the recording there.
 */
#ifndef MOONSHIFT_SCRIPT_RECORD_H
#define MOONSHIFT_SCRIPT_RECORD_H

#include "plan/lint.h"
#include "script/vm.h"

struct record_options {
    int server_version; /* ctx.server_version, as PQserverVersion */
    struct val x;       /* ctx.x: VAL_MAP */
    str env;            /* ctx.env */
};

/* Runs upgrade() or change(), and downgrade(), of the file at `path`. What goes wrong is
 * written down, too. `revision` is the file's header and outlives *out. */
void record_revision(struct vm *vm, const char *path, const struct revision *revision,
                     const struct record_options *options, struct lint_input *out,
                     struct arena *a);

#endif
