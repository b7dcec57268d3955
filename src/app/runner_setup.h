/* From a session to a runner: options, configuration, connection or file. */
#ifndef MOONSHIFT_APP_RUNNER_SETUP_H
#define MOONSHIFT_APP_RUNNER_SETUP_H

#include "app/cmd/cmd.h"
#include "app/runner.h"

/* Option rows that several commands share. */
/* clang-format off */
#define RUN_OPT_SQL {"sql", 0, OPT_FLAG, NULL, "write the SQL to stdout instead of running it"}
#define RUN_OPT_VERSION                                                                  \
    {"server-version", 0, OPT_TEXT, "VERSION", "with --sql: the server it is for (15)"}
#define RUN_OPT_TAG {"tag", 0, OPT_TEXT, "TEXT", "text that scripts read as ctx.tag"}
#define RUN_OPT_DRY {"dry-run", 0, OPT_FLAG, NULL, "run in one transaction and roll it back"}
#define RUN_OPT_SINGLE                                                                   \
    {"single-transaction", 0, OPT_FLAG, NULL, "one transaction for all revisions"}
#define RUN_OPT_WAIT                                                                     \
    {"lock-wait", 0, OPT_TEXT, "TIME", "how long to wait for another run (10min)"}
#define RUN_OPT_TIMEOUT                                                                  \
    {"lock-timeout", 0, OPT_TEXT, "TIME", "how long a statement waits for a lock (4s)"}
#define RUN_OPT_YES {"yes", 'y', OPT_FLAG, NULL, "do not ask"}
/* clang-format on */

/* A runner for the database: connects, and says what it is connected to. Options of the
 * rows above are read where the command has them. */
bool runner_open(struct session *s, const struct args *args, struct runner *r,
                 struct err *e);
/* A runner whose sink writes to stdout. No connection is made. */
bool runner_open_file(struct session *s, const struct args *args, struct runner *r,
                      struct err *e);
/* The value of --server-version ("15", "15.4") as PQserverVersion counts; *version stays
 * when it was not given. */
bool given_version(const struct args *args, int *version, struct err *e);
/* "a:b" into its ends; without a colon `from` is empty. */
void range_split(str range, str *from, str *to);
/* May the runner take away what is there? Refused where the configuration says protected =
 * true and does not allow `what`; a dry run takes nothing. `shown` is what was typed. */
bool runner_may(const struct runner *r, const struct session *s, const char *what,
                const char *shown, struct err *e);
/* To base: the name of the database is asked for on a terminal, unless --yes was given. */
bool runner_confirm_base(const struct runner *r, const struct session *s,
                         const struct args *args, struct err *e);

#endif
