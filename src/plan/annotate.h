/* What an editor is told about the Lua API: a file of LuaLS annotations, made from the
 * rows of op.def, so that it cannot differ from what the program takes. */
#ifndef MOONSHIFT_PLAN_ANNOTATE_H
#define MOONSHIFT_PLAN_ANNOTATE_H

#include "base/buf.h"

/* A whole `---@meta` file for op, db, sql, log, ctx and model. */
void render_annotations(struct buf *b);

#endif
