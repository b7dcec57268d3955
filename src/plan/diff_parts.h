/* The parts of plan/diff, private to it: matching and states (diff.c), the place of
 * tables among parents (diff_place.c), what follows them there (diff_follow.c,
 * diff_inherit.c), what can be altered in place (diff_alter*.c, diff_retype.c), what goes
 * before (diff_early.c), what default privileges do (diff_grant.c), order (order.c),
 * folding into table literals (diff_fold.c). */
#ifndef MOONSHIFT_PLAN_DIFF_PARTS_H
#define MOONSHIFT_PLAN_DIFF_PARTS_H

#include "plan/diff.h"

#define NOWHERE ((size_t)-1)

enum fate {
    FATE_KEPT,
    FATE_ALTERED, /* changed in place */
    FATE_DROPPED, /* by an op of its own */
    FATE_GONE,    /* dropped by the server together with what it belongs to */
    FATE_CREATED,
};

/* What of an object is made by itself, to open a circle of needs. */
enum part { PART_NONE, PART_DEFAULT, PART_CHECKS, PART_BODY, PART_QUERY };

/* One catalog of the two, with what becomes of its objects. */
struct side {
    const struct catalog *catalog;
    const struct catalog_index *index;
    enum fate *fate;  /* by object: from: kept, altered, dropped, gone;
                         to: kept, altered, created */
    size_t *other;    /* by object: its match in the other catalog, or NOWHERE */
    size_t *table_of; /* by object: the table it belongs to, or NOWHERE */
    size_t *home;     /* the same, and for an index its table, too */
    size_t *first_in, *next_in; /* by table, by object: what has its home there */
    bool *follows;   /* by object: comes and goes with its leader, as this diff sees it */
    bool *moves;     /* by table: `from`: leaves a parent first; `to`: joins one last */
    size_t *circle;  /* by object: the circle of needs that it is in, or NOWHERE */
    enum part *part; /* by object: its second part, if it comes in two */
    struct revneeds { /* by object: who needs it */
        struct need *at;
        size_t n, room;
    } * needed_by;
};

/* How the type of a column changes under it, the least first. */
enum retype {
    RETYPE_NONE,
    RETYPE_IN_PLACE,
    RETYPE_WITH_TYPE, /* its type is altered by an op of the type's */
    RETYPE_BY_TEXT,   /* to something else: nothing that speaks of it outlives that */
};
struct retyping {
    enum retype how;
    bool detour; /* another type meanwhile, because its own is made anew */
    size_t type; /* in `from`: the type that is altered or made anew, if any */
};

/* A table that leaves a parent first: what happens to the one is nothing to the other. */
struct cut {
    size_t child, parent; /* in `from` */
};

struct differ {
    struct side from, to;
    struct ops *alters; /* by `to` object: the ops that alter it */
    struct ops *early;  /* by `to` object: what goes before others can change: the default
                           that names a value to go, the place among partitions */
    struct ops *late;   /* by `to` object: what others must be ready for */
    size_t *rules;      /* the default privileges of `to` */
    size_t n_rules, rules_room;
    struct cut *cuts;
    size_t n_cuts, cuts_room;
    bool *alone; /* by `to` table: a new partition that is made as a table */
    bool *only;  /* by `to` index or key: made on ONLY the parent; what follows it
                           is made by itself and attached */
    bool *last;  /* by `to` index: made after its table has joined the parent */
    struct op **stand_in; /* by `from` column: what is done instead of dropping it */
    bool *only_drop;      /* by `from` column: dropped on ONLY the parent */
    struct rec **extra;   /* by `to` column: what a new partition says of it, or NULL */
    bool *drops_if_there; /* by `from` foreign key: another drop may have taken it */
    bool *bare;           /* by `from` column: its default must go before what it names */
    struct retyping *retypes; /* by `from` object */
    bool *upsets; /* by `to` object: the alteration needs its dependents away */
    struct diff *out;
    const struct diff_options *options;
    struct arena *arena;
    struct err *err;
};

/* Can `from` become `to` in place? Then `ops` holds how, and *upsets tells whether views,
 * rules and the like on it must be dropped meanwhile. False: drop and create. */
bool alter_object(struct differ *d, const struct object *from, const struct object *to,
                  struct ops *ops, bool *upsets);
/* Does a dependent stand in the way of an upsetting alteration? Both in `from`. */
bool is_upset_by(const struct differ *d, size_t dependent, size_t altered);
/* A column that must not be dropped because something that it needs goes or is upset. */
bool keeps_values(const struct differ *d, size_t type, size_t column);
/* The type of such a column goes or is altered: true when that is news. */
bool retype_column(struct differ *d, size_t type, size_t column, bool type_goes);
/* A generated column that gets another expression in place, which does not name `needed`
 * any more. Both in `from`. */
bool outlives(const struct differ *d, size_t column, size_t needed);
/* Dropped, by an op of its own or with something else? */
bool leaves(enum fate f);
/* An object of `from` goes; its twin, if any, is created again. */
void lose_object(struct differ *d, size_t from, enum fate how);
/* Notes the columns that are altered to another type. */
void retype_altered(struct differ *d);
/* Parts the alterations of columns that make a detour. */
void part_detours(struct differ *d);

/* A column with a default that is not its generation expression? */
bool has_plain_default(const struct object *o);
/* Moves what must go first from the alterations to the early ones. */
void part_alters(struct differ *d);

void find_default_privileges(struct differ *d);
/* Adds what takes back, or gives, what default privileges do when `target` is made. */
void undo_default_privileges(struct differ *d, size_t target, struct ops *ops);

/* One op to be, with its place in the order. */
struct action {
    enum { ACTION_DROP, ACTION_EARLY, ACTION_ALTER, ACTION_CREATE, ACTION_LATE } kind;
    size_t object; /* in from for a drop, else in to */
    struct ops ops;
};
/* All actions in an order that works. */
bool order_actions(struct differ *d, struct action **out, size_t *n);

/* Columns, constraints and comments of new tables go into the table's literal where the
 * order allows it. */
void fold_actions(struct differ *d, struct action *actions, size_t n);

#endif
