/* Dangerous changes, found before they run.
 *
 * What a revision does is looked at as SQL: operations are compiled first, so a rule
 * judges what will run and knows both ways of writing it. Rules are rows of lint.def:
 * an id, a severity, a test, why it matters, what to do instead.
 *
 * Pure: operations and statements in, findings out. The linter knows no server. What it
 * knows of tables comes from the revisions that were read before: the types of columns,
 * and the conditions that rows are known to satisfy. A table made in the same revision is
 * empty and used by nobody: rules about locks and clients pass it over.
 */
#ifndef MOONSHIFT_PLAN_LINT_H
#define MOONSHIFT_PLAN_LINT_H

#include "model/graph.h"
#include "model/op.h"

enum lint_severity {
    LINT_NOTE,    /* a matter of taste or of later cost */
    LINT_WARNING, /* works, and will be regretted */
    LINT_ERROR,   /* blocks, breaks clients, loses data or fails */
};
const char *lint_severity_name(enum lint_severity severity);

struct lint_rule {
    const char *id;
    enum lint_severity severity;
    const char *why;    /* one or more sentences */
    const char *advice; /* the safe way */
};
size_t lint_n_rules(void);
const struct lint_rule *lint_rule_at(size_t i);
const struct lint_rule *lint_rule_named(str id); /* NULL: there is none */
str lint_rule_nearest(str id);                   /* STR_NONE: none is near */

/* lint.allow("rule", "because ..."): a finding that the author has thought about. */
struct silence {
    str rule, because;
    struct origin from;
};
struct silences {
    struct silence *at;
    size_t n, room;
};

/* One operation of a revision, as it was asked for. */
struct lint_step {
    const struct op *op;
    bool alone; /* outside a transaction: op.autocommit, transactional = false */
    struct silences allowed; /* for this operation */
};

/* One revision as the linter wants it. */
struct lint_input {
    const struct revision *revision;
    struct lint_step *steps; /* of upgrade() or change() */
    size_t n_steps;
    struct silences allowed; /* for the whole revision */
    struct val settings;     /* VAL_MAP, or absent */
    bool has_downgrade, has_change;
    bool down_known;       /* downgrade() was followed to its end, */
    size_t n_down;         /* and asks for so many operations */
    struct origin stopped; /* where upgrade() could not be followed further, ... */
    str stopped_why;       /* ... and why; STR_NONE: followed to its end */
    bool stopped_reading;  /* because it reads from the database */
    bool forked;           /* one of several heads that no label tells apart */
    str edited_since; /* the version control's name of a state that holds this file with
                         other contents; STR_NONE: not known */
};

struct lint_options {
    int server_version;            /* as PQserverVersion; 0: any */
    int64_t lock_timeout_ms;       /* of the configuration; 0 or less: none */
    const struct silence *allowed; /* of the configuration */
    size_t n_allowed;
    const struct silence *required; /* rules that are silent unless they stand here */
    size_t n_required;
};

struct finding {
    const struct lint_rule *rule;
    str revision, message;
    struct origin at; /* line 0: the file as a whole */
};
struct findings {
    struct finding *at;
    size_t n, room;
};

struct linter;
struct linter *lint_new(const struct lint_options *options, struct arena *a);
/* Looks at one revision. Those it stands on come first: they teach the linter, whether
 * their findings are wanted (out) or not (NULL). */
void lint_revision(struct linter *l, const struct lint_input *in, struct findings *out);

#endif
