/* What the files of the script layer share: the machine's insides, and the helpers that
 * keep Lua's longjmp away from memory that Lua does not own.
 *
 * Rules. A C function that Lua calls holds arenas and errors only in boxes (userdata that
 * clean up after themselves), never on the C stack. What is raised is always an error
 * table with a place. Arenas lent by a caller may be filled freely: the caller frees
 * them.
 */
#ifndef MOONSHIFT_SCRIPT_INNER_H
#define MOONSHIFT_SCRIPT_INNER_H

#include "base/meter.h"
#include "model/op.h"
#include "script/migration.h"
#include "script/vm.h"

#include <lauxlib.h>
#include <lua.h>

struct vm {
    lua_State *L;
    struct meter memory; /* Lua's */
    struct arena own;    /* holds this struct */
    struct err *err;     /* of the innermost protected call; filled by the handler */
    str file;       /* the script that runs, as errors name it; STR_NONE: our own Lua */
    int first_line; /* of the function that runs, when a tail call hides the line */
    struct host *host; /* lent for one call; NULL: op, db and ctx do not answer */
    enum entry entry;  /* the function that runs, while a host is lent */
    bool in_autocommit;
    struct reading *reading; /* a revision file whose top level runs: see migration.c */
    struct collector *collector; /* of a model file that runs: see models.c */
};

/* The machine of a state, threads (coroutines) included. */
struct vm *vm_of(lua_State *L);

/* Calls f(context) with a light userdata as its one argument, protected. The err is
 * filled from whatever was raised. */
bool vm_protect(lua_State *L, lua_CFunction f, void *context, struct err *e);

/* Like lua_call on what is on the stack, protected, in a C function that Lua called:
 * false with the raised error in `e`. The results or nothing are left. */
bool vm_protect_call(lua_State *L, int n_args, int n_results, struct err *e);

/* ---- errors (error.c) ---- */

void error_open(lua_State *L);
/* The line of the running script that called us. */
struct origin error_place(lua_State *L);
/* Raises an error table with the place of the caller. */
_Noreturn void error_raise(lua_State *L, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void error_raise_hint(lua_State *L, str message, str hint);
/* Raises what stands in a boxed err. */
_Noreturn void error_raise_err(lua_State *L, struct err *boxed);
/* Fills an empty err from the error value at `at`. */
void error_fill(lua_State *L, int at, struct err *e);
/* Pushes a struct err / an arena that is cleared when the function returns or raises. */
struct err *box_err(lua_State *L);
struct arena *box_arena(lua_State *L);

/* ---- values (value.c) ---- */

void value_open(lua_State *L);
int value_sql(lua_State *L);        /* the function `sql` */
void value_push_null(lua_State *L); /* op.NULL, db.NULL */
bool value_is_null(lua_State *L, int at);
bool value_is_sql(lua_State *L, int at);
str value_sql_text(lua_State *L, int at);  /* of a sql value */
bool value_is_table(lua_State *L, int at); /* a table that a person wrote */
str value_str(lua_State *L, int at);       /* of a string; points into Lua's memory */
bool text_ok(str s); /* UTF-8 without NUL bytes: what PostgreSQL stores as text */
void value_push(lua_State *L, const struct val *v);
/* Any plain value, lists and maps included. `what` begins the error: "moonshift.lua". */
struct val value_any(lua_State *L, int at, struct arena *a, const char *what);
/* "the string \"abc\"", "a table", "nothing": what an error says it got. Pushed on the
 * stack, to live there. */
const char *value_describe(lua_State *L, int at);

/* ---- reading calls by their shape (read.c) ---- */

/* renamed_from = "old", which models may write in any record that has a name. */
struct renames {
    struct rename {
        const struct rec *rec;
        str old;
    } * at;
    size_t n, room;
};

/* Reads the arguments 1..n of a call of `what` ("op.create_table"). With `renames`, the
 * key renamed_from is welcome and collected there. */
void read_call(lua_State *L, const char *what, int n, struct rec *out,
               struct renames *renames, struct arena *a);

/* ---- the locked environment (box.c) ---- */

enum box { BOX_MIGRATION, BOX_MODEL, BOX_CONFIG, N_BOXES };
/* The names that every script sees; made once per machine. */
void box_open(lua_State *L);
/* Pushes the table of names of a kind of script, for adding to it while opening. */
void box_push_names(lua_State *L, enum box kind);
/* Pushes a new environment. */
void box_push(lua_State *L, enum box kind);
/* Replaces the table on top by a proxy for reading, which errors call `name`. */
void box_lock(lua_State *L, const char *name);
/* Compiles text for an environment at `env` and pushes the function; raises. */
void box_compile(lua_State *L, int env, str text, str file);

/* ---- what scripts call ---- */

void op_open(lua_State *L);
void data_open(lua_State *L); /* adds to the table `op` on top */
void db_open(lua_State *L);
void db_json_open(lua_State *L);  /* adds to the table `db` on top */
void backfill_open(lua_State *L); /* adds to the table `op` on top */
void log_open(lua_State *L);
void migration_open(lua_State *L); /* lint.allow */
void model_open(lua_State *L);
void ctx_push(lua_State *L);
/* The host, or an error that says where `what` answers. */
struct host *host_of(lua_State *L, const char *what);
/* The same for what changes things, which verify() may not. */
struct host *host_for_change(lua_State *L, const char *what);

void copy_to_open(lua_State *L); /* adds to the table `db` on top */
/* A path of the migration's: relative to its directory. */
str data_beside(lua_State *L, const struct host *host, str name, const char *what,
                struct arena *a);
/* " (a, b)" and " WITH (FORMAT 'csv')" of a COPY, as far as they are given. */
void data_put_columns(struct buf *b, const struct rec *args);
void data_put_options(struct buf *b, const struct rec *args);
/* Pushes a list of rows, each a table by column name. */
void db_push_rows(lua_State *L, const struct rows *rows);
/* The value on top as JSON text. */
void json_put(lua_State *L, struct buf *b);
str json_text(lua_State *L, struct arena *a);
void json_put_text(lua_State *L, struct buf *b, str s);
bool json_is_array(lua_State *L); /* db.array has marked the table on top */
/* The value on top as text that its type reads; false: it is NULL. `what` begins the
 * error: "db.query: parameter 1". */
bool param_text(lua_State *L, str *out, struct arena *a, const char *what);
int param_decode_array(lua_State *L); /* the function db.decode_array */

/* ---- files (source.c) ---- */

/* A regular file's bytes: errors name `file`. */
bool source_read(const char *path, str file, str *out, struct arena *a, struct err *e);

#endif
