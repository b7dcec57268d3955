/* A database's schema, read: every object as the op that creates it.
 *
 * A catalog is what pg/catalog reads from a server and what plan/diff compares. An object
 * is held as its create op, so that comparing two objects is comparing two values,
 * writing one down is rendering or compiling its op, and nothing has a second
 * description.
 *
 * Objects are named by identity (kind, schema, owner table, name), which two databases
 * share, and by address (classid, objid, subid: pg_depend's columns), which they do not.
 * Columns, column defaults and constraints are objects of their own: dependencies are
 * theirs, and a change of one is no change of the table.
 *
 * This module is plain data: it does not know the server, and does not compare.
 */
#ifndef MOONSHIFT_MODEL_CATALOG_H
#define MOONSHIFT_MODEL_CATALOG_H

#include "model/op.h"

/* pg_depend's way to name an object. */
struct address {
    unsigned class_oid, oid;
    int sub; /* column number, else 0 */
};

struct object {
    const char *kind; /* PostgreSQL's noun: "table", "column", "index", "function", ... */
    str schema;       /* the real schema, also when the op leaves it out; may be empty */
    str table;        /* of a column, constraint, trigger, ...; else empty */
    str name;         /* functions: with argument types, "f(integer, text)" */
    struct address address;
    struct op *create;
    str owner;      /* empty when the kind has none */
    str definition; /* the server's own text of the whole object, if any: for reports */
    bool follows;  /* comes and goes with another object (a partition's copy of an index):
                     known for its dependencies, never compared, created or dropped */
    bool shared;   /* a column or check of the table's own that a parent has as well */
    size_t leader; /* what it follows or is attached to: the same column, constraint or
                      index of the parent table; NO_OBJECT if nothing */
    str index_form;   /* of an index or a key: what makes two indexes the same to ATTACH
                       PARTITION, as text */
    str key_names;    /* of an index or a key: a_b_c, as its default name has them */
    str result;       /* of a function: its result type, which REPLACE cannot change */
    bool unpopulated; /* of a materialized view: not refreshed yet */
    bool ignored;     /* left out by the configuration: stays as it is */
    const char *usual_storage; /* of a column: its type's, "extended" or another */
    bool always;               /* of an identity column: GENERATED ALWAYS */
    struct strs columns;       /* of a view: "NULL::integer AS id": what REPLACE can do */
    struct need *needs;
    size_t n_needs, needs_room;
};

#define NO_OBJECT ((size_t)-1)

/* An object that another one depends on. */
struct need {
    size_t object;
    bool automatic; /* the server drops the dependent with it, without being told to
                       cascade (pg_depend's deptype 'a' and 'i') */
    bool ends_only; /* the dependent, a sequence that a column owns, can be made before */
    bool of_default; /* it is the default of the dependent column that names it */
};

struct catalog {
    struct object *at;
    size_t n, room;
    str default_schema; /* objects in it are written without schema */
    str current_user;
    str access_method; /* of tables that do not say: default_table_access_method */
    int server_version;
    struct strs not_compared; /* what is there and is not read: "not compared: ..." */
};

/* Dense lookup by address and by identity of the objects that are there when it is built;
 * objects may be added later, and are not found. `c` must outlive it. */
struct catalog_index;
struct catalog_index *catalog_index(const struct catalog *c, struct arena *a);
/* The object at an address; a column that is none falls back to its table. NULL if none. */
struct object *catalog_by_address(const struct catalog_index *i, struct address at);
struct object *catalog_by_identity(const struct catalog_index *i, const char *kind,
                                   str schema, str table, str name);
struct object *catalog_add(struct catalog *c, struct arena *a);
/* Adds a need once; an object does not need itself. */
void object_needs(struct catalog *c, size_t object, struct need need, struct arena *a);

#endif
