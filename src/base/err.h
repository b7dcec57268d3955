/* What went wrong, said once.
 *
 * A function that can fail returns bool; false means that *err has been filled, exactly
 * once, by the first who knew. Callers may add a place or a hint, never a second
 * message. Nothing is printed on the way: main prints.
 */
#ifndef MOONSHIFT_BASE_ERR_H
#define MOONSHIFT_BASE_ERR_H

#include "base/buf.h"

/* The kind is the exit status of the program. */
enum err_kind {
    ERR_NONE = 0,
    ERR_FAILED = 1,      /* anything not below: SQL, scripts, connections, files */
    ERR_USAGE = 2,       /* the command line is wrong */
    ERR_PENDING = 3,     /* revisions are pending */
    ERR_DIFFERS = 4,     /* models, drift, an edited file */
    ERR_INTERRUPTED = 5, /* a step was interrupted and waits to be finished */
    ERR_REVISION = 6,    /* unknown or missing revision */
    ERR_DECISION = 7,    /* several heads, a hazard that is not allowed */
};

struct err {
    enum err_kind kind;
    str message;        /* one sentence, no newline at the end */
    str detail;         /* of the server */
    str hint;           /* what to type next */
    str file;           /* the migration that asked for it, relative to the project; empty
                           but not NULL: no migration did, and that is known */
    int line;           /* in that file, 0 when unknown */
    char sqlstate[6];   /* "" when the server was not involved */
    str sql;            /* the statement that failed */
    int position;       /* in characters of `sql`, from 1; 0 when unknown */
    str context;        /* the server's CONTEXT (a PL/pgSQL stack) */
    str trace;          /* Lua traceback, shown with --verbose */
    struct arena arena; /* holds all the text above */
};

/* Fills an empty error and returns false, so that `return err_set(...)` reads well. */
bool err_set(struct err *e, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds a hint where none stands yet. */
bool err_hint(struct err *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds a place where none stands yet. */
bool err_at(struct err *e, str file, int line);
/* Copies an error with all its text into `to`, which must be empty. */
void err_copy(struct err *to, const struct err *from);
/* Empty again, its memory given back. */
void err_clear(struct err *e);

/* The whole error as one block of text for a person, newline at the end. */
str err_text(const struct err *e, bool verbose, struct arena *a);
/* The same as one line of JSON: {"error": {"status": 1, "kind": "failed", "message": ...}}.
 * Keys without a value are left out, but for message and hint. `status` is the program's. */
str err_json(const struct err *e, int status, struct arena *a);
struct json;
void err_object(const struct err *e, int status, struct json *j); /* its inner object */

#endif
