/* Migrations of other tools become revisions.
 *
 * lua/import.lua reads a directory; this makes bodies of its SQL, checks the graph they
 * give together with what is there, and writes the files. A revision that is there
 * already is kept: importing again takes up what is new.
 */
#ifndef MOONSHIFT_APP_IMPORT_H
#define MOONSHIFT_APP_IMPORT_H

#include "app/scaffold.h"

/* One direction of a migration. */
struct import_way {
    bool given;   /* there is a way; it may do nothing */
    bool outside; /* of a transaction */
    str text;     /* SQL */
    str missing;  /* why the body must be filled in; STR_NONE: it need not */
    str python;   /* what Alembic's function says, for the one who fills it in */
};

struct imported {
    struct new_revision made; /* id, message, parents, labels, dependencies, date */
    str source;               /* the file it comes from */
    str file;                 /* the new one, relative to the project */
    str text;                 /* of the new file */
    struct import_way up, undo;
    bool kept; /* its revision is there already */
};

struct import {
    str tool;
    struct imported *at; /* parents first */
    size_t n;
    str ini;                           /* of Alembic: alembic.ini; STR_NONE: none found */
    str version_table, version_schema; /* of Alembic */
};

/* Reads a directory. Warns of files that are passed over. */
bool import_read(struct session *s, str tool, str directory, struct import *out,
                 struct err *e);
/* Alembic's bodies from `COMMAND upgrade --sql` and `COMMAND downgrade --sql`; where that
 * fails, or with `headers`, the way's `missing` says why. */
void import_alembic(struct session *s, struct import *list, str command, bool headers);
/* Fills in file and text, and checks everything that writing could trip over: the graph
 * with what is there, names that are taken. Nothing is written. */
bool import_texts(struct session *s, struct import *list, struct err *e);
/* Writes what is not kept. */
bool import_write(struct session *s, const struct import *list, struct err *e);

/* Stamps the database at what the other tool's table says. `table` empty: the tool's own
 * name for it. The session has a graph. */
bool import_adopt(struct session *s, str tool, str table, struct err *e);

#endif
