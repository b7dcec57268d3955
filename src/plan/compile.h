/* Operations to SQL.
 *
 * Pure: an op and a server version in, statements out. Unqualified names stay
 * unqualified; identifiers of more than 63 bytes are refused, never cut (manual, 4.1.1).
 */
#ifndef MOONSHIFT_PLAN_COMPILE_H
#define MOONSHIFT_PLAN_COMPILE_H

#include "plan/sink.h"

struct compile_context {
    int server_version; /* as PQserverVersion */
    bool autocommit;    /* no transaction is open: each statement commits by itself */
    bool shown;         /* the statements are looked at, not run */
};

/* Appends the statements of an op, in the order to be run, to `out`. */
bool op_compile(const struct op *op, const struct compile_context *c,
                struct stmt_list *out, struct arena *a, struct err *e);

/* The lock the op takes with these arguments (concurrently, not valid, ...). */
enum lock_mode op_lock(const struct op *op);

/* Splits raw SQL by PostgreSQL's own parser. A syntax error names the line of the script
 * (e->line is left to the caller; the message says it) and the position. Each statement
 * gets STMT_RAW, STMT_NO_TX where the server would refuse it in a transaction, and its
 * first_line. Transaction control (BEGIN, COMMIT, ...) is an error when `in_transaction`. */
bool sql_split(str text, bool in_transaction, struct stmt_list *out, struct arena *a,
               struct err *e);

#endif
