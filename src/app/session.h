/* One run of the program: what every command works with.
 *
 * Knows how to find the project, read its configuration, build the graph of its
 * revisions and open the connection, each when a command's row asks for it. Knows
 * nothing of any particular command.
 */
#ifndef MOONSHIFT_APP_SESSION_H
#define MOONSHIFT_APP_SESSION_H

#include "app/config.h"
#include "model/graph.h"
#include "pg/conn.h"
#include "pg/ledger.h"
#include "script/vm.h"

struct cmd;
struct args;

struct session {
    struct arena *arena; /* the program's lifetime */
    struct vm *vm;
    struct config *config;
    struct graph *graph;
    struct revision *revisions; /* in order of file names */
    size_t n_revisions;
    struct conn *conn; /* NULL until session_connect */

    /* Global options. */
    bool json, quiet, verbose;
    bool color;      /* of stderr: decided, not "auto" */
    bool color_out;  /* of stdout */
    str env;         /* -e NAME, empty when not given */
    str config_file; /* -c FILE, empty when not given */
    struct val x;    /* VAL_MAP of -x KEY=VALUE */

    struct bar {
        bool drawn;      /* a line stands on the terminal: bar_hide takes it away */
        bool begun;      /* this backfill has been told of */
        int64_t told_ms; /* when it was last */
    } bar;               /* the progress of a backfill (app/bar.h) */

    const struct cmd *cmd;
    const struct args *args;
    int status; /* exit status of a command that succeeded: 3 of `status --exit-code`.
                   Nothing is printed for it */
};

/* Each is done once; a second call does nothing. */
bool session_vm(struct session *s, struct err *e);
bool session_config(struct session *s, struct err *e);
/* The headers of migrations/, whether they make a graph or not. */
bool session_headers(struct session *s, struct err *e);
/* The revision of that very id among them, or NULL. */
const struct revision *session_header(const struct session *s, str id);
bool session_graph(struct session *s, struct err *e);
bool session_connect(struct session *s, struct err *e);
/* What session_connect connects with, for commands that open connections themselves. */
bool session_options(struct session *s, struct conn_options *options, struct err *e);
/* Closes what is open. */
void session_end(struct session *s);

/* Reads migrations/ again, after a revision file was written. */
bool session_reload(struct session *s, struct err *e);

struct ledger_names session_ledger(const struct session *s);
/* Rows of the version table; connects when needed, changes nothing. */
bool session_current(struct session *s, struct strs *rows, struct err *e);
/* The revisions that a text names, `current` and what is counted from it too: only that asks
 * the database, and fills rows. */
bool session_resolve(struct session *s, str text, struct revisions *out,
                     struct strs *rows, struct err *e);
/* Whether a text asks for where the database is: "current", "current-1". */
bool session_asks_current(str text);
/* Marks in `at`, by index, the revisions that the arguments name, in any form that needs
 * no database: id, prefix, head, label, head-1. */
bool session_named(struct session *s, const struct args *args, bool *at, struct err *e);
/* Path of a file named relative to the project (a revision's `file`), to be opened from
 * the current directory. NUL behind it. */
str session_path(const struct session *s, str file);

#endif
