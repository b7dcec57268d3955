/* --help and shell completion, made from the rows of the commands. */
#ifndef MOONSHIFT_APP_HELP_H
#define MOONSHIFT_APP_HELP_H

#include "app/cmd/cmd.h"

str help_all(struct arena *a);                         /* moonshift --help */
str help_of(const struct cmd *cmd, struct arena *a);   /* moonshift COMMAND --help */

#endif
