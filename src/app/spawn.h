/* Runs a program of the user's and waits for it: editors, hooks. */
#ifndef MOONSHIFT_APP_SPAWN_H
#define MOONSHIFT_APP_SPAWN_H

#include "base/err.h"

/* Runs `command` through sh with one more word at its end (quoted; empty: none). What it
 * writes goes where the program's stderr goes, unless `own_output`. False, with the exit
 * status in the message, unless it ends with 0. `what` names it: "hooks.post_write". */
bool spawn_shell(str command, str word, const char *what, bool own_output, struct err *e);

#endif
