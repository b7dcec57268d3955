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

void quote_ident(struct buf *b, str name);
/* schema.name, or name alone when the schema is empty. */
void quote_name(struct buf *b, str schema, str name);
void quote_literal(struct buf *b, str text);
/* False with a message when the server would not keep the name as it is: empty, a NUL
 * byte, more than 63 bytes, not UTF-8. */
bool ident_check(str name, struct err *e);

#endif
