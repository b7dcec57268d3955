/* Raw SQL text: what statements it holds and what each of them does.
 *
 * With plan/chosen the only module that knows libpg_query, PostgreSQL 15's own parser. Text for a
 * newer server may use newer grammar: what the parser refuses is then split by tokens and
 * left for the server to judge. Refuses to change SQL: statements are cut out, not
 * written anew.
 */
#ifndef MOONSHIFT_PLAN_SQLTEXT_H
#define MOONSHIFT_PLAN_SQLTEXT_H

#include "plan/compile.h"

struct split_options {
    bool in_transaction; /* BEGIN, COMMIT and their like are then errors */
    bool autocommit; /* each statement commits by itself: so they are here, and CALL, DO
                            that commits, REINDEX and CLUSTER are STMT_NO_TX */
    int server_version; /* as PQserverVersion; 0: the parser's word is final */
};

/* sql_split of plan/compile.h with a server version in mind. `\restrict` and
 * `\unrestrict` lines, which newer pg_dump writes, are passed over; other psql commands
 * and COPY data are errors that name the line. */
bool sql_split_for(str text, const struct split_options *options, struct stmt_list *out,
                   struct arena *a, struct err *e);

enum sql_flags {
    SQL_NO_TX = 1,   /* the server refuses it inside a transaction block */
    SQL_CONTROL = 2, /* begins or ends a transaction; savepoints do not */
    SQL_CONCURRENTLY = 4,
    SQL_WHERE = 8, /* an UPDATE or DELETE that has a condition */
    SQL_IF_EXISTS = 16,
    SQL_IF_NOT_EXISTS = 32,
    SQL_CASCADE = 64,
    SQL_UNIQUE = 128,     /* a unique index */
    SQL_READS = 256,      /* a SELECT or COPY TO: changes nothing by itself */
    SQL_ONLY = 512,       /* ALTER TABLE ONLY, CREATE INDEX ON ONLY: not the children */
    SQL_PLACED = 1024,    /* a new enum value with BEFORE or AFTER */
    SQL_FULL = 2048,      /* VACUUM FULL */
    SQL_TEMPORARY = 4096, /* a table that ends with the session */
    SQL_LIMITED = 8192,   /* a SELECT with LIMIT, OFFSET or FETCH of its own */
};

/* A relation that a statement names. Names are as the parser folds them. */
struct sql_table {
    str schema, name; /* schema empty when not written */
};

enum action_flags {
    ACTION_NOT_NULL = 1,   /* a column definition with NOT NULL */
    ACTION_DEFAULT = 2,    /* ... with a default, */
    ACTION_COMPUTED = 4,   /* which is no constant: it calls something */
    ACTION_NOT_VALID = 8,  /* a constraint that does not look at the rows there are */
    ACTION_GENERATED = 16, /* a stored generated column or an identity */
    ACTION_USING_INDEX = 32,
    /* what else stands in the column's definition; of a constraint: what it is */
    ACTION_PRIMARY = 64,
    ACTION_UNIQUE = 128,
    ACTION_FOREIGN = 256,
    ACTION_CHECK = 512,
    ACTION_IDENTITY = 1024,
    ACTION_SERIAL = 2048,        /* serial and its like, which are no types */
    ACTION_VOLATILE = 4096,      /* the default differs from row to row, or may */
    ACTION_USING = 8192,         /* a new type, with values that are computed */
    ACTION_IS_NOT_NULL = 16384,  /* a check of just `column IS NOT NULL`: see `columns` */
    ACTION_CONCURRENTLY = 32768, /* DETACH PARTITION */
};

/* One step of an ALTER TABLE, or one column or constraint of a CREATE TABLE. */
struct sql_action {
    str kind;      /* the parser's word: "AT_AddColumn", "ColumnDef", "Constraint" */
    str name;      /* of the column or constraint, empty when there is none */
    str type;      /* of the column: "int4", "varchar" */
    str full_type; /* with modifiers and brackets: "varchar(50)", "int4[]" */
    str *columns;  /* of a key, or the one of a check that is ACTION_IS_NOT_NULL */
    size_t n_columns;
    str constraint;              /* "CONSTR_FOREIGN", "CONSTR_CHECK", ... */
    struct sql_table references; /* of a foreign key */
    unsigned flags;
};

struct sql_facts {
    str kind;     /* the parser's node: "CreateStmt", "IndexStmt", "UpdateStmt" */
    str object;   /* for DROP, COMMENT, RENAME and ALTER: "OBJECT_TABLE", ... or empty */
    str name;     /* of what is made, dropped or renamed, when it is no table */
    str new_name; /* of a RENAME; the new value of an enum */
    str value;    /* of SET, when it is one constant; the renamed value of an enum */
    struct sql_table target;  /* the relation that is made, changed or written */
    struct sql_table parent;  /* of a table that is created as its partition */
    size_t n_keys;            /* of an index */
    struct sql_table *tables; /* without repetition; a DROP's relations included */
    size_t n_tables;
    struct sql_action *actions;
    size_t n_actions;
    enum lock_mode lock; /* of LOCK TABLE */
    unsigned flags;
};

/* What one statement does, read from its parse tree. False when there is no tree: the
 * parser refuses the text, or it is nested too deeply. *out is empty then. */
bool sql_facts(const struct stmt *s, struct sql_facts *out, struct arena *a);

#endif
