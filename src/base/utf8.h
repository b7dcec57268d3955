/* UTF-8 text, counted in characters.
 *
 * PostgreSQL counts positions in characters and cuts names at bytes, so that both are asked
 * for. Knows where a character begins and whether it is one; refuses to know how wide it is
 * shown, and what it means.
 */
#ifndef MOONSHIFT_BASE_UTF8_H
#define MOONSHIFT_BASE_UTF8_H

#include "base/str.h"

/* Bytes of the character that begins at byte `at` < s.n; 0 when there is none (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF; the server refuses the same with
 * SQLSTATE 22021). */
size_t utf8_length(str s, size_t at);
/* Valid from end to end. */
bool utf8_ok(str s);

/* These take any bytes: a byte that does not continue a character begins one. */
size_t utf8_count(str s);              /* characters */
size_t utf8_byte(str s, size_t nth);   /* where the nth one (from 0) begins, else s.n */
size_t utf8_floor(str s, size_t byte); /* where the one that holds the byte begins */

#endif
