/* New revision files: name, text from the template, hooks after writing.
 *
 * The text itself is Lua's (lua/template.lua); this is what decides ids, parents and
 * dates, and what both `revision` and autogenerate call.
 */
#ifndef MOONSHIFT_APP_SCAFFOLD_H
#define MOONSHIFT_APP_SCAFFOLD_H

#include "app/session.h"

struct new_revision {
    str id;      /* empty: 12 hexadecimal digits are made up */
    str message; /* may be empty */
    struct strs down, labels, depends;
    bool splice;            /* parents may have children already */
    str upgrade, downgrade; /* bodies, indented Lua; empty: none */
    str header;             /* further header lines: "transactional = false" */
    str doc;                /* comment lines at the top */
    str created;            /* "2026-11-21 10:00:00"; empty: now */
};

/* Resolves what --head says ("head", "base", "label@head", ...) to parents; adds them. */
bool scaffold_parents(struct session *s, str head, struct new_revision *r, struct err *e);
/* Resolves what --depends-on says; labels stay labels. */
bool scaffold_depends(struct session *s, str depends, struct new_revision *r,
                      struct err *e);
/* Makes up an id where there is none. ERR_USAGE when with this revision the project could
 * not be read any more: an id or label that is taken or that the command line has a meaning
 * for. */
bool scaffold_id(struct session *s, struct new_revision *r, struct err *e);
/* Whether the revisions that are there and `more` are a graph. */
bool scaffold_fits(struct session *s, const struct revision *more, size_t n,
                   struct err *e);
/* The file's name relative to the project and its text. */
bool scaffold_text(struct session *s, struct new_revision *r, str *file, str *text,
                   struct err *e);
/* Writes a new file of the project, says "  Generating PATH ...  done" and runs
 * hooks.post_write. Never over another file. */
bool scaffold_put(struct session *s, str file, str text, struct err *e);
/* All of it; then reads the project again. */
bool scaffold_write(struct session *s, struct new_revision *r, str *file, struct err *e);

#endif
