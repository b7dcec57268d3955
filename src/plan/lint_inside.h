/* What the rules see. See plan/lint.h. */
#ifndef MOONSHIFT_PLAN_LINT_INSIDE_H
#define MOONSHIFT_PLAN_LINT_INSIDE_H

#include "plan/effect.h"
#include "plan/lint.h"

/* What a rule is shown: each statement, each part of one, or a revision as a whole. */
enum lint_stage {
    ON_STATEMENT, /* facts */
    ON_ACTION,    /* facts and action: a step of ALTER TABLE, a column of CREATE TABLE */
    ON_REVISION,
};

/* A column that some revision made, with its type; or a check that it made. */
struct known {
    struct sql_table table;
    str name;   /* of the column; of the constraint */
    str type;   /* empty: not known any more */
    str column; /* of a check that says it is not null */
    bool valid; /* the check holds for all rows */
};

/* A name made in the revision that is being looked at. */
struct fresh {
    str kind; /* "table", "index", "type"; "constraint": of this transaction */
    struct sql_table name;
};

struct linter {
    struct arena *arena;
    struct lint_options options;
    struct known *columns, *checks; /* of all revisions so far */
    size_t n_columns, columns_room, n_checks, checks_room;
    struct fresh *fresh; /* of this revision */
    size_t n_fresh, fresh_room;
    struct sql_table locked; /* table that the transaction holds ACCESS EXCLUSIVE */
    bool no_timeout;         /* lock_timeout is off here */
    bool told_timeout;
    size_t n_schema; /* statements of this revision that change the schema */
};

struct lint_case {
    const struct linter *lint;
    const struct lint_input *in;
    const struct lint_step *step;
    const struct stmt *stmt;
    const struct sql_facts *facts;
    const struct sql_action *action;
    struct sql_table table; /* that the statement is about; empty name: none */
    bool used;              /* the table was there before: it has rows, and clients */
};

/* What a rule says, and where; `at` is the operation's place or the file's. */
struct remark {
    struct buf text;
    struct origin at;
};

typedef bool lint_test(const struct lint_case *c, struct remark *out);

/* One function for each row of lint.def. */
#define RULE(id, severity, stage, test, why, advice) lint_test lint_##test;
#include "plan/lint.def"
#undef RULE

bool same_table(const struct sql_table *a, const struct sql_table *b);
const struct known *known_column(const struct linter *l, const struct sql_table *t,
                                 str name);
bool is_fresh(const struct linter *l, const char *kind, const struct sql_table *name);
/* Does the statement take a lock on a table in use that keeps readers out? */
bool keeps_readers_out(const struct lint_case *c);
/* "orders" or "shop.orders" */
void put_table(struct buf *b, const struct sql_table *t);
bool kind_is(const struct lint_case *c, const char *kind);    /* of the statement */
bool step_is(const struct lint_case *c, const char *subtype); /* of the action */
/* A column's definition, in ADD COLUMN or CREATE TABLE. */
bool is_column(const struct lint_case *c);

#endif
