/* What the readers of the catalog share: a query's rows by column name, and the catalog
 * that is being built. Private to src/pg/catalog*.c. */
#ifndef MOONSHIFT_PG_CATALOG_READ_H
#define MOONSHIFT_PG_CATALOG_READ_H

#include "pg/catalog.h"

/* Oids of the system catalogs, fixed by the server's source (pg_class.dat and friends).
 */
enum {
    CLASS_TYPE = 1247,
    CLASS_PROC = 1255,
    CLASS_CLASS = 1259,
    CLASS_ATTRDEF = 2604,
    CLASS_CAST = 2605,
    CLASS_CONSTRAINT = 2606,
    CLASS_NAMESPACE = 2615,
    CLASS_OPCLASS = 2616,
    CLASS_OPERATOR = 2617,
    CLASS_REWRITE = 2618,
    CLASS_TRIGGER = 2620,
    CLASS_OPFAMILY = 2753,
    CLASS_POLICY = 3256,
    CLASS_FDW = 2328,
    CLASS_SERVER = 1417,
    CLASS_USER_MAPPING = 1418,
    CLASS_STATISTIC = 3381,
    CLASS_EVENT_TRIGGER = 3466,
    CLASS_COLLATION = 3456,
    CLASS_PUBLICATION = 6104,
    CLASS_PUBLICATION_REL = 6106,
    CLASS_PUBLICATION_NAMESPACE = 6237,
    CLASS_LANGUAGE = 2612,
    CLASS_CONVERSION = 2607,
    CLASS_TRANSFORM = 3576,
    CLASS_ACCESS_METHOD = 2601,
    CLASS_AMOP = 2602,
    CLASS_AMPROC = 2603,
    CLASS_TS_PARSER = 3601,
    CLASS_TS_TEMPLATE = 3764,
    CLASS_TS_CONFIG = 3602,
    CLASS_TS_DICT = 3600,
    CLASS_EXTENSION = 3079,
    CLASS_DEFAULT_ACL = 826,
    /* No catalogs' oids: what is an object here and has no catalog of its own. Its oid is
     * that of what it is about, or its number. */
    CLASS_ROW_SECURITY = 1,
    CLASS_GRANT,
    CLASS_DEFAULT_GRANT,
    CLASS_REPLICA_IDENTITY,
    CLASS_COMMENT,
    CLASS_FOREIGN_PLACE,
    CLASS_TRIGGER_STATE,
    CLASS_CLUSTERING,
};

/* What a query of ours, a file of src/pg/catalog, gave. */
struct answer {
    str name; /* "columns" */
    struct rows rows;
};

struct reader {
    struct sink *sink;
    struct catalog *out;
    const struct catalog_options *options;
    struct arena *arena;
    struct err *err;
    struct answer *answers;
    size_t n_answers;
    struct relation *relations; /* by oid, ascending, once read_relations is done */
    size_t n_relations, relations_room;
    struct alias *aliases; /* parts that stand for an object: a default, a key's index */
    size_t n_aliases, aliases_room;
    struct alias *leaders; /* whom an object follows */
    size_t n_leaders, leaders_room;
    struct rows columns; /* kept for composite types */
};

/* An address that means an object read under another one. */
struct alias {
    struct address address;
    size_t object;
};
void add_alias(struct reader *r, struct address address, size_t object);

/* The address of what an object follows or is attached to, told as soon as it is read. */
void add_leader(struct reader *r, size_t object, struct address address);
/* Resolves them, and finds the leaders of columns and checks, once all is read. */
void read_leaders(struct reader *r, const struct catalog_index *index);
/* The object at an address of pg_depend, or NO_OBJECT. Aliases must be sorted. */
size_t object_of(const struct reader *r, const struct catalog_index *index,
                 struct address at);

/* A row of a result: the table it stands in and its number. */
struct row {
    const struct rows *in;
    size_t number;
};

/* Runs all of src/pg/catalog, in one round trip. */
bool ask_all(struct reader *r);
/* What src/pg/catalog/NAME.sql gave. Once for each: texts are brought into form here. */
struct rows answer_rows(struct reader *r, const char *name);

/* An expression or definition of the server's with x IN (...) as it was written.
 * `second`: also where it was printed and read once before. */
str text_as_written(str text, bool second, struct arena *a);

bool row_null(struct row row, const char *column);
str row_str(struct row row, const char *column); /* STR_NONE when NULL */
bool row_bool(struct row row, const char *column);
long row_int(struct row row, const char *column);     /* 0 when NULL */
unsigned row_oid(struct row row, const char *column); /* 0 when NULL */
char row_char(struct row row, const char *column);    /* '\0' when NULL or empty */
/* An array of text, in PostgreSQL's text form; NULL elements are empty. */
struct strs row_strs(struct row row, const char *column, struct arena *a);
/* {a=1,b=2} (reloptions, FDW options) as a map of texts. */
struct val row_map(struct row row, const char *column, struct arena *a);

/* The schema as an op writes it: absent for the default schema. */
void set_schema(struct reader *r, struct rec *rec, enum key k, str schema);
/* Sets a field when the column is not NULL. */
void set_str(struct rec *rec, enum key k, struct row row, const char *column);
void set_sql(struct rec *rec, enum key k, struct row row, const char *column);
/* A type as format_type() writes it, by the short name where PostgreSQL has one:
 * varchar(9), timestamptz(3)[]. */
void set_type(struct reader *r, struct rec *rec, enum key k, struct row row,
              const char *column);
void set_true(struct rec *rec, enum key k, bool value); /* only true is written down */
void set_names(struct reader *r, struct rec *rec, enum key k, struct strs names);

/* The same for a condition or a computed value: see bare_expression. */
void set_bare(struct reader *r, struct rec *rec, enum key k, struct row row,
              const char *column);
/* Without one pair of parentheses around the whole. */
str bare_expression(str text);

/* How a column of a query becomes a field. Only what is not NULL, not false and not the
 * default is written down. */
enum pick_as { AS_TEXT, AS_BARE, AS_SQL, AS_TYPE, AS_TRUE, AS_INT, AS_NAMES, AS_MAP };
struct pick {
    enum key k;
    const char *column;
    enum pick_as as;
};
/* `picks` ends with a NULL column. */
void set_picks(struct reader *r, struct rec *rec, struct row row,
               const struct pick *picks);
/* A word by the letter in a column: letters "abc" and words { "x", "y", "z" }; a NULL
 * word is the default and stays away. */
void set_letter(struct rec *rec, enum key k, struct row row, const char *column,
                const char *letters, const char *const *words);

/* One kind of object whose row needs nothing but picking. */
struct family {
    const char *query, *noun;
    enum op_kind create;
    unsigned class_oid;
    const struct pick *picks;
    /* What picking cannot say. */
    void (*complete)(struct reader *, struct row, struct object *);
};
void read_family(struct reader *r, const struct family *f);

/* tgenabled, ev_enabled and evtenabled: O is the default. */
void set_enabled(struct rec *rec, struct row row);

/* An object whose create op is `kind`. */
struct object *add_object(struct reader *r, const char *noun, enum op_kind kind,
                          unsigned class_oid, unsigned oid);
/* The same, with schema, name, owner and comment from the row's columns of these names.
 */
struct object *add_named(struct reader *r, struct row row, const char *noun,
                         enum op_kind kind, unsigned class_oid);
/* What is needed later of a relation or composite type. */
struct relation {
    unsigned oid;
    char kind; /* relkind */
    str schema, name;
    size_t object; /* index into the catalog */
    bool is_partition;
};
struct relation *relation_of(const struct reader *r, unsigned oid); /* NULL: not read */

void add_relation(struct reader *r, struct row row, size_t object);
struct rec *column_record(struct reader *r, struct row row);

/* One reader for each family; in the order in which the catalog lists them. */
void read_schemas(struct reader *r);
void read_extensions(struct reader *r);
void read_types(struct reader *r);
void read_view(struct reader *r, struct row row);
void read_relations(struct reader *r, void (*other)(struct reader *, struct row));
void read_inherits(struct reader *r);
void read_columns(struct reader *r, struct rows *rows);
void read_constraints(struct reader *r);
void read_indexes(struct reader *r);
void read_sequences(struct reader *r);
void read_routines(struct reader *r);
void read_triggers(struct reader *r);
bool read_rules(struct reader *r);
void read_policies(struct reader *r);
void read_others(struct reader *r);
void read_rare(struct reader *r);
void read_grants(struct reader *r);

#endif
