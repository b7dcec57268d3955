/* Identifiers and literals, without a connection.
 *
 * Every identifier is written as the server's quote_ident would: bare when it is lower
 * case and no keyword, else in double quotes. Literals assume
 * standard_conforming_strings = on (the default since 9.1); a backslash makes an E''
 * string, so that the text is right either way. Text is UTF-8 without NUL bytes.
 */
#ifndef MOONSHIFT_PLAN_QUOTE_H
#define MOONSHIFT_PLAN_QUOTE_H

#include "base/err.h"

/* NAMEDATALEN - 1: the server cuts longer names silently (manual, 4.1.1). */
enum { IDENT_BYTES = 63 };

void quote_ident(struct buf *b, str name);
/* schema.name, or name alone when the schema is empty. */
void quote_name(struct buf *b, str schema, str name);
void quote_literal(struct buf *b, str text);
/* "text" as an element of an array's text form: no text is taken for NULL or a brace. */
void quote_element(struct buf *b, str text);
/* $$text$$, or $body$text$body$, $body2$…: with a tag that does not occur in the text. */
void quote_dollar(struct buf *b, str text);

/* The next name of a list as search_path holds it (public, "Odd one"), cut off *rest: a
 * quoted one without its quotes and as it stands, another one in lower case, as the
 * server reads it. False when the list is at its end, or is no list of names: then *rest
 * is not empty. */
bool name_list_next(str *rest, str *name, bool *quoted, struct arena *a);

/* False with a message when the server would not keep the name as it is: empty, a NUL
 * byte, more than IDENT_BYTES, not UTF-8. */
bool ident_check(str name, struct err *e);
/* False with a message when the text holds what no PostgreSQL text can: a NUL byte or
 * bytes that are not UTF-8. `what` begins the message: "the comment". */
bool text_check(str text, const char *what, struct err *e);

#endif
