/* What the program says.
 *
 * stdout carries what was asked for, everything else is stderr. Log lines keep the shape
 * "INFO  [moonshift] text" on stderr; --quiet drops those of level info, --verbose adds
 * those of level debug. Failures are not logged: they are errors, which main prints.
 */
#ifndef MOONSHIFT_APP_OUT_H
#define MOONSHIFT_APP_OUT_H

#include "app/session.h"
#include "base/json.h"

void out_info(const struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void out_warn(const struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void out_debug(const struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Level as text, for log.info and friends of scripts, and notices. */
void out_log(const struct session *s, str level, str text);

/* stdout: text as it is. */
void out_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_str(str text);
/* What was printed reaches its reader now. That nobody reads it any more is no failure: the
 * exit status tells of the run all the same. */
void out_flush(void);
/* Whether nobody reads stdout any more: it is a pipe whose other end is closed. */
bool out_unread(void);

/* Asks on the terminal for the name of what is at stake, as "QUESTION NAME?". Without a
 * terminal, or with another answer, ERR_DECISION. */
bool out_confirm(str name, const char *question, struct err *e);

#endif
