/* What a newcomer to Lua, or to op, needs to hear: hints for the usual slips. It knows words
 * and forms, not what a script does.
 */
#ifndef MOONSHIFT_SCRIPT_ADVICE_H
#define MOONSHIFT_SCRIPT_ADVICE_H

#include "base/buf.h"
#include "model/op.h"

/* The hint to a message of Lua's own; `line` is the line of the script that it is about, or
 * STR_NONE. STR_NONE when there is nothing to say. */
str advice_for(str message, str line);

/* The hint to a variable that is not there. */
str advice_for_name(str name);

/* How a call is written: op.create_index(name, table, columns, [{ options }]). */
str advice_form(const char *what, const struct shape *shape, struct arena *a);

#endif
