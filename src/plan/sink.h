/* Where statements go.
 *
 * Everything that changes or reads the server passes through a sink: the operations of a
 * migration, BEGIN and COMMIT, SET, the move of the version row. Online it is a libpq
 * pipeline (pg/sink_pipe), for --sql a file (plan/sink_file), in tests, lint and plan a
 * list (plan/sink_list). Nobody else asks "are we offline?" but scripts, through
 * ctx.offline.
 */
#ifndef MOONSHIFT_PLAN_SINK_H
#define MOONSHIFT_PLAN_SINK_H

#include "base/err.h"
#include "model/op.h"

#include <stdio.h>

enum stmt_flags {
    STMT_NO_TX = 1,  /* the server refuses it inside a transaction block */
    STMT_QUIET = 2,  /* bookkeeping: not echoed by --verbose */
    STMT_RAW = 4,    /* text of the user's: may have changed the session */
    STMT_AGAIN = 8,  /* comes many times with other parameters: worth preparing */
    STMT_READS = 16, /* outside a transaction: the server lets it write nothing */
    STMT_BLOCK = 32, /* makes sense only between BEGIN and COMMIT */
};

/* A parameter in text format. */
struct param {
    str text; /* NUL behind it */
    bool null;
};

/* One statement. Sinks copy what they keep. */
struct stmt {
    str sql; /* exactly one statement, no semicolon at the end, NUL behind it */
    const struct param *params; /* for $1, $2, ... */
    size_t n_params;
    unsigned flags;
    struct origin from; /* the migration line that asked for it */
    int first_line;     /* for raw scripts: line of the script where sql starts, else 0 */
    str guard; /* when set, SQLSTATE 22012 (division by zero) means this message: a check
                  that the server made. Behind a newline: the hint */
    int64_t
        *changed; /* when set: gets the number of rows it changed, once that is known */
};

/* "the statement starts at line 7 of views.sql"; STR_NONE where the place in the migration
 * says enough. */
str stmt_place(const struct stmt *s, struct arena *a);

/* A result held in memory. Values are text, or NULL. */
struct cell {
    str text;
    bool null;
};
struct rows {
    size_t n_rows, n_columns;
    str *names;         /* n_columns */
    unsigned *types;    /* n_columns: type oids */
    struct cell *cells; /* row by row */
    str tag;            /* command tag, "UPDATE 3" */
};

/* A value of a result; STR_NONE of NULL. */
static inline str rows_text(const struct rows *rows, size_t row, size_t column)
{
    const struct cell *c = &rows->cells[row * rows->n_columns + column];
    return c->null ? STR_NONE : c->text;
}

/* A boolean of the first row; NULL is false. */
static inline bool rows_true(const struct rows *rows, size_t column)
{
    return str_is(rows_text(rows, 0, column), "t");
}

/* One row of a streamed result; false with e filled stops the stream. */
typedef bool row_fn(void *context, const struct rows *shape, const struct cell *row,
                    struct err *e);
/* The next piece of COPY data; *piece empty at the end; false with e filled aborts. */
typedef bool copy_fn(void *context, str *piece, struct err *e);
/* Takes a piece of COPY data that comes from the server; false with e filled stops it. */
typedef bool take_fn(void *context, str piece, struct err *e);

struct sink {
    /* Queues or runs a statement. An error may arrive later, at any further call: it still
     * names the statement's own line. */
    bool (*exec)(struct sink *, const struct stmt *, struct err *);
    /* Waits for all before it, then for its rows, which live in the arena. */
    bool (*query)(struct sink *, const struct stmt *, struct rows *, struct arena *,
                  struct err *);
    /* Queues a query: its rows are there once sync has succeeded. NULL without a server. */
    bool (*ask)(struct sink *, const struct stmt *, struct rows *, struct arena *,
                struct err *);
    /* Like query, one row at a time, constant memory. */
    bool (*each)(struct sink *, const struct stmt *, row_fn *, void *context,
                 struct err *);
    /* COPY ... FROM STDIN; *rows is the number of rows copied. */
    bool (*copy_in)(struct sink *, const struct stmt *, copy_fn *, void *context,
                    int64_t *rows, struct err *);
    /* COPY ... TO STDOUT, row by row. NULL without a server. */
    bool (*copy_out)(struct sink *, const struct stmt *, take_fn *, void *context,
                     int64_t *rows, struct err *);
    /* Waits until everything sent so far has succeeded. */
    bool (*sync)(struct sink *, struct err *);
    /* A remark between statements ("Running upgrade a -> b"), for sinks that write text. */
    void (*remark)(struct sink *, str text);
    int server_version; /* as PQserverVersion: 150004 */
    bool offline;       /* no server: query and each cannot work */
};

/* The file sink: text that `psql -v ON_ERROR_STOP=1` runs. Values of $n become literals,
 * remarks become comment lines. copy_in works: its data follows the COPY, as psql wants it.
 * `out` stays open. */
struct sink *sink_file(FILE *out, int server_version, struct arena *a);

/* The answer of the sinks without a server to query and each: always false, e filled. */
bool sink_refuse_read(const struct stmt *s, struct err *e);

/* The list sink: keeps every statement, answers every query with an error. */
struct stmt_list {
    struct stmt *at;
    size_t n, room;
};
struct sink *sink_list(int server_version, struct arena *a);
const struct stmt_list *sink_list_of(const struct sink *list_sink);

#endif
