/* Commands as rows.
 *
 * A command is one row: its name, its option rows, what it needs before it can run, its
 * help and its function. The row stands in the command's own file; table.c lists them.
 * Parsing, --help, the list of commands and completion are made from the rows, and the
 * setup (vm, configuration, graph, connection) is written once, from the needs.
 *
 * To add one: src/app/cmd/NAME.c with `const struct cmd cmd_NAME = {...}`, one line in
 * table.c.
 */
#ifndef MOONSHIFT_APP_CMD_CMD_H
#define MOONSHIFT_APP_CMD_CMD_H

#include "app/out.h"
#include "app/session.h"
#include "base/opt.h"

enum cmd_needs {
    NEED_VM = 1,     /* session.vm */
    NEED_CONFIG = 2, /* session.config; implies NEED_VM */
    NEED_GRAPH = 4,  /* session.graph; implies NEED_CONFIG */
    NEED_DB = 8,     /* session.conn, open; implies NEED_CONFIG. Without it a command may
                        call session_connect when it finds that it wants a server */
};

enum { ANY_NUMBER = 99 };

struct cmd {
    const char *name;       /* with hyphens; the underscore spelling works too */
    const char *usage;      /* arguments, as --help shows them: "[REV]" */
    const char *help;       /* one line, no capital, no full stop */
    const char *about;      /* the paragraphs of --help; NULL: none */
    const struct opt *opts; /* NULL: none. An option with the name of a configuration key
                               (lock-wait: lock_wait) sets that key */
    unsigned needs;
    int min, max; /* number of arguments */
    /* Status 0 when true, unless session.status says otherwise; else err.kind. */
    bool (*run)(struct session *, struct args *, struct err *);
};

/* Rows under headings, in the order of --help. */
struct cmd_group {
    const char *title;
    const struct cmd *const *rows; /* NULL ends it */
};
extern const struct cmd_group cmd_groups[]; /* a NULL title ends it */
extern const struct opt global_opts[];

const struct cmd *cmd_find(str name);      /* either spelling; NULL when there is none */
bool cmd_unknown(str name, struct err *e); /* ERR_USAGE with the nearest command; false */

#endif
