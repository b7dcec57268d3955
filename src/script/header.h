/* The header of a revision file, read without a Lua machine.
 *
 * Most headers are plain assignments of literals, which takes two microseconds to read by
 * hand and forty by Lua. Whatever is not plain is left to Lua: this module never guesses
 * and never reports an error.
 */
#ifndef MOONSHIFT_SCRIPT_HEADER_H
#define MOONSHIFT_SCRIPT_HEADER_H

#include "model/graph.h"

/* True when every top-level statement before the first function was understood,
 * `revision` among them, and no header field is assigned after it. */
bool header_scan(str text, struct revision *out, struct arena *a);

/* "-- Create Date: ..." of the opening comment, empty when there is none. */
str header_created(str text);

/* Where the first line that starts with `function` begins; text.n when there is none. */
size_t header_end(str text);

/* The line on which `name` is declared as a local variable or function of the file, at the
 * margin; 0: nowhere. */
int header_local(str text, str name);

#endif
