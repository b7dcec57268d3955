/* --help and the manual page, made from the rows of commands and configuration. */
#ifndef MOONSHIFT_APP_HELP_H
#define MOONSHIFT_APP_HELP_H

#include "app/cmd/cmd.h"

str help_all(struct arena *a);                             /* moonshift --help */
str help_of(const struct cmd *cmd, struct arena *a);       /* moonshift COMMAND --help */
str help_sentence(const struct cmd *cmd, struct arena *a); /* its help, as a sentence */
extern const char help_exit_status[];                      /* a line for each */
str help_manual(struct arena *a); /* moonshift help man: moonshift(1) as roff */

#endif
