/* Operations to Lua source: the house's literal, the way a person would type it.
 *
 * Law: what is rendered reads back as the same ops.
 */
#ifndef MOONSHIFT_PLAN_RENDER_H
#define MOONSHIFT_PLAN_RENDER_H

#include "base/buf.h"
#include "model/op.h"

/* op.create_table("threads", { ... }) with `indent` spaces before each line. `prefix` is
 * "op." in migrations and "model." in models. No newline at the end. */
void render_op(struct buf *b, const struct op *op, const char *prefix, int indent);
/* A value as a Lua expression. */
void render_val(struct buf *b, const struct val *v, int indent);

/* Is it one of Lua's reserved words? */
bool is_lua_reserved(str word);

#endif
