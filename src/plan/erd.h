/* A picture of a schema: tables, their columns, and the keys between them.
 *
 * Made from a catalog, of whatever it was read from, and written in four formats. Pure
 * and deterministic: the same catalog gives the same bytes. Partitions are not drawn,
 * their table says how many it has.
 *
 * The layout (erd_layout.c) is ours: columns from left to right, a table right of those
 * that it references, boxes that never overlap, lines that pass between them. It knows
 * nothing of fonts but that a letter of a fixed-width one is 0.6 of its size.
 */
#ifndef MOONSHIFT_PLAN_ERD_H
#define MOONSHIFT_PLAN_ERD_H

#include "base/buf.h"
#include "model/catalog.h"

struct erd_column {
    str name, type, otherwise, comment; /* otherwise: the default, as SQL */
    str values;                         /* of an enum: 'a', 'b' */
    bool primary, foreign, unique, not_null;
};

struct erd_table {
    str schema, name, comment;
    str title;  /* with the schema where it is not the default one */
    size_t hue; /* the same for all tables of a schema; 0 for the default schema */
    size_t n_partitions;
    struct erd_column *columns;
    size_t n, room;
    struct strs notes; /* unique and check constraints, indexes: SQL for people */
    struct address address;
    int x, y, width, height; /* pixels; filled by erd_layout */
    size_t rank;             /* column of the layout */
};

/* A foreign key. Points of its line are filled by erd_layout: level from each even one to
 * the next, a curve from there on. */
struct erd_link {
    size_t from, to;                         /* tables */
    size_t from_column, to_column;           /* of the first pair, for the line's ends */
    str name, columns, referents, on_delete; /* "a, b" */
    bool one;      /* at most one row refers: its columns are unique */
    bool optional; /* the reference may be NULL */
    struct erd_point {
        int x, y;
    } * points;
    size_t n_points;
    bool from_left; /* the referencing table stands left of the other one */
};

struct erd {
    str title;
    struct erd_table *tables;
    size_t n_tables, tables_room;
    struct erd_link *links;
    size_t n_links, links_room;
    int width, height;
};

enum erd_columns { ERD_ALL, ERD_KEYS, ERD_NONE };

struct erd_options {
    str title;
    const str *schemas; /* only these; none: all */
    size_t n_schemas;
    enum erd_columns columns; /* what a table shows */
};

/* What a catalog holds, tables by schema and name. Objects that are ignored are left out.
 */
void erd_read(const struct catalog *c, const struct erd_options *options, struct erd *out,
              struct arena *a);
/* Places tables and lines. */
void erd_layout(struct erd *d, struct arena *a);

str erd_mermaid(const struct erd *d, struct arena *a);
str erd_dot(const struct erd *d, struct arena *a);
/* Both need the layout. */
str erd_svg(const struct erd *d, struct arena *a);
str erd_html(const struct erd *d, struct arena *a);

/* Shared by layout and writers: sizes in pixels, and text cut to what has room. */
enum {
    ERD_HEAD = 28, /* height of a table's title */
    ERD_ROW = 20,  /* of a column */
    ERD_FOOT = 6,
    ERD_NAME_LETTERS = 34, /* at most, of the name of a table or a column */
    ERD_TYPE_LETTERS = 26, /* at most, of a column's type */
};
str erd_short_type(str type, struct arena *a);
/* At most `most` letters, with an ellipsis when it was cut. */
str erd_cut(str text, size_t most, struct arena *a);
/* Letters as wide as they are shown: 2 for those of East Asia and pictures. */
size_t erd_letters(str text);
/* The middle of a column's row, from the top of its table. */
int erd_row_y(const struct erd_table *t, size_t column);
void erd_put_xml(struct buf *b,
                 str text); /* & < > " ' escaped, control characters gone */
/* The drawing alone, to stand in a page: no XML head, no style. */
void erd_put_drawing(struct buf *b, const struct erd *d, struct arena *a);

#endif
