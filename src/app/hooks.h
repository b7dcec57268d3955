/* Commands of the configuration that are run around the program's own work:
 * hooks = { post_write = "stylua", before_run = { "a", "b" } }. */
#ifndef MOONSHIFT_APP_HOOKS_H
#define MOONSHIFT_APP_HOOKS_H

#include "app/session.h"

/* Runs the commands of one hook, in order, each with `word` at its end (empty: none). The
 * first that fails ends it. No such hook: nothing. */
bool hooks_run(struct session *s, const char *name, str word, struct err *e);

#endif
