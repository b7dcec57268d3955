/* Runs a program of the user's and waits for it: editors, hooks, git. */
#ifndef MOONSHIFT_APP_SPAWN_H
#define MOONSHIFT_APP_SPAWN_H

#include "base/err.h"

/* Runs `command` through sh with one more word at its end (quoted; empty: none). What it
 * writes goes where the program's stderr goes, unless `own_output`. False, with the exit
 * status in the message, unless it ends with 0. `what` names it: "hooks.post_write". */
bool spawn_shell(str command, str word, const char *what, bool own_output, struct err *e);

/* Runs a program (found on PATH) with these arguments and takes what it writes to stdout;
 * its stderr is ours. False when it cannot be run or does not end with 0. */
bool spawn_read(const char *const *argv, str *out, struct arena *a, struct err *e);

#endif
