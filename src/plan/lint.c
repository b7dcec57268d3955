#include "plan/lint.h"

#include "plan/compile.h"
#include "plan/lint_inside.h"

struct row {
    struct lint_rule rule;
    enum lint_stage stage;
    lint_test *test;
};

static const struct row rows[] = {
#define RULE(id, severity, stage, test, why, advice)                                     \
    {{id, severity, why, advice}, stage, lint_##test},
#include "plan/lint.def"
#undef RULE
};
enum { N_ROWS = sizeof rows / sizeof *rows };

const char *lint_severity_name(enum lint_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}

size_t lint_n_rules(void)
{
    return N_ROWS;
}

const struct lint_rule *lint_rule_at(size_t i)
{
    return &rows[i].rule;
}

const struct lint_rule *lint_rule_named(str id)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (str_is(id, rows[i].rule.id))
            return &rows[i].rule;
    return NULL;
}

str lint_rule_nearest(str id)
{
    str candidates[N_ROWS];
    for (size_t i = 0; i < N_ROWS; i++)
        candidates[i] = str_of(rows[i].rule.id);
    return str_nearest(id, candidates, N_ROWS);
}

/* ---- what the linter knows --------------------------------------------------------- */

/* A table named without its schema is the one of that name: search_path is not known. */
bool same_table(const struct sql_table *a, const struct sql_table *b)
{
    return str_eq(a->name, b->name) &&
           (!a->schema.n || !b->schema.n || str_eq(a->schema, b->schema));
}

static struct known *find_known(struct known *at, size_t n, const struct sql_table *t,
                                str name)
{
    for (size_t i = n; i > 0; i--)
        if (str_eq(at[i - 1].name, name) && same_table(&at[i - 1].table, t))
            return &at[i - 1];
    return NULL;
}

const struct known *known_column(const struct linter *l, const struct sql_table *t,
                                 str name)
{
    const struct known *k = find_known(l->columns, l->n_columns, t, name);
    return k && k->type.n ? k : NULL;
}

bool is_fresh(const struct linter *l, const char *kind, const struct sql_table *name)
{
    for (size_t i = 0; i < l->n_fresh; i++)
        if (str_is(l->fresh[i].kind, kind) && same_table(&l->fresh[i].name, name))
            return true;
    return false;
}

static void add_fresh(struct linter *l, str kind, struct sql_table name)
{
    if (name.name.n)
        *PUSH(l->arena, l->fresh, l->n_fresh, l->fresh_room) = (struct fresh){kind, name};
}

static void learn_column(struct linter *l, const struct sql_table *t, str name, str type)
{
    *PUSH(l->arena, l->columns, l->n_columns, l->columns_room) =
        (struct known){.table = *t, .name = name, .type = type};
}

/* Other constraints, too: one may have the name of a check that is gone. */
static void learn_check(struct linter *l, const struct lint_case *c)
{
    const struct sql_action *action = c->action;
    if (!action->name.n)
        return;
    *PUSH(l->arena, l->checks, l->n_checks, l->checks_room) = (struct known){
        .table = c->table,
        .name = action->name,
        .column = action->flags & ACTION_IS_NOT_NULL ? action->columns[0] : STR_NONE,
        .valid = !(action->flags & ACTION_NOT_VALID),
    };
}

/* What an ALTER TABLE step or a column of CREATE TABLE changes in what is known. */
static void learn_action(struct linter *l, const struct lint_case *c)
{
    const struct sql_action *action = c->action;
    if (is_column(c) || step_is(c, "AT_AlterColumnType")) {
        learn_column(l, &c->table, action->name, action->full_type);
    } else if (step_is(c, "AT_DropColumn")) {
        learn_column(l, &c->table, action->name, STR_NONE);
    } else if (step_is(c, "AT_AddConstraint") || step_is(c, "Constraint")) {
        learn_check(l, c);
        if (step_is(c, "AT_AddConstraint") && !c->step->alone)
            add_fresh(l, STR("constraint"), (struct sql_table){STR_NONE, action->name});
    } else if (step_is(c, "AT_ValidateConstraint") || step_is(c, "AT_DropConstraint")) {
        struct known *check = find_known(l->checks, l->n_checks, &c->table, action->name);
        if (check)
            check->valid = step_is(c, "AT_ValidateConstraint");
    }
}

static void learn_rename(struct linter *l, const struct lint_case *c)
{
    const struct sql_facts *f = c->facts;
    if (str_is(f->object, "OBJECT_COLUMN")) {
        const struct known *was = known_column(l, &c->table, f->name);
        if (was)
            learn_column(l, &c->table, f->new_name, was->type);
        return;
    }
    if (!str_is(f->object, "OBJECT_TABLE"))
        return;
    struct sql_table now = {c->table.schema, f->new_name};
    if (!c->used)
        add_fresh(l, STR("table"), now);
    for (size_t i = 0; i < l->n_columns; i++)
        if (same_table(&l->columns[i].table, &c->table))
            l->columns[i].table = now;
    for (size_t i = 0; i < l->n_checks; i++)
        if (same_table(&l->checks[i].table, &c->table))
            l->checks[i].table = now;
}

/* Nothing, in whatever unit: "0", "0s", "0 ms". */
static bool is_off(str value)
{
    value = str_trim(value);
    if (!value.n || value.p[0] != '0')
        return false;
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] >= '1' && value.p[i] <= '9')
            return false;
    return true;
}

static void learn_statement(struct linter *l, const struct lint_case *c)
{
    const struct sql_facts *f = c->facts;
    if (kind_is(c, "CreateStmt") || kind_is(c, "CreateTableAsStmt") ||
        kind_is(c, "CreateForeignTableStmt") ||
        (kind_is(c, "SelectStmt") && !(f->flags & SQL_READS) && f->target.name.n))
        add_fresh(l, STR("table"), f->target);
    else if (kind_is(c, "CreateEnumStmt"))
        add_fresh(l, STR("type"), (struct sql_table){STR_NONE, f->name});
    else if (kind_is(c, "IndexStmt"))
        add_fresh(l, STR("index"), (struct sql_table){c->table.schema, f->name});
    else if (kind_is(c, "RenameStmt"))
        learn_rename(l, c);
    else if (kind_is(c, "VariableSetStmt") && str_is(f->name, "lock_timeout"))
        l->no_timeout = f->value.p ? is_off(f->value) : l->options.lock_timeout_ms <= 0;
    if (keeps_readers_out(c) && !c->step->alone && !l->locked.name.n)
        l->locked = c->table;
}

/* ---- looking ----------------------------------------------------------------------- */

static bool allows(const struct silence *at, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(at[i].rule, id))
            return true;
    return false;
}

static bool is_allowed(const struct lint_case *c, const char *id)
{
    const struct lint_options *o = &c->lint->options;
    return allows(o->allowed, o->n_allowed, id) ||
           allows(c->in->allowed.at, c->in->allowed.n, id) ||
           (c->step && allows(c->step->allowed.at, c->step->allowed.n, id));
}

/* Rules that most projects would not want. */
static bool is_wanted(const struct lint_options *o, const char *id)
{
    static const char *const on_request[] = {"require-table-schema"};
    for (size_t i = 0; i < sizeof on_request / sizeof *on_request; i++)
        if (str_is(str_of(on_request[i]), id))
            return allows(o->required, o->n_required, id);
    return true;
}

static void run_rules(struct linter *l, const struct lint_case *c, enum lint_stage stage,
                      struct origin at, struct findings *out)
{
    for (size_t i = 0; out && i < N_ROWS; i++) {
        if (rows[i].stage != stage || !is_wanted(&l->options, rows[i].rule.id) ||
            is_allowed(c, rows[i].rule.id))
            continue;
        struct remark remark = {buf_in(l->arena), at};
        if (rows[i].test(c, &remark))
            *PUSH(l->arena, out->at, out->n, out->room) = (struct finding){
                &rows[i].rule, c->in->revision->id, buf_done(&remark.text), remark.at};
    }
}

static struct sql_table table_of(const struct sql_facts *f)
{
    return f->target.name.n || f->n_tables == 0 ? f->target : f->tables[0];
}

/* What was done before is committed: its locks are gone. */
static void end_transaction(struct linter *l)
{
    l->locked = (struct sql_table){STR_NONE, STR_NONE};
    size_t n = 0;
    for (size_t i = 0; i < l->n_fresh; i++)
        if (!str_is(l->fresh[i].kind, "constraint"))
            l->fresh[n++] = l->fresh[i];
    l->n_fresh = n;
}

static bool changes_schema(const struct lint_case *c)
{
    static const char *const others[] = {
        "InsertStmt",      "UpdateStmt",         "DeleteStmt",  "MergeStmt",
        "SelectStmt",      "CopyStmt",           "DoStmt",      "VariableSetStmt",
        "VacuumStmt",      "ReindexStmt",        "ClusterStmt", "LockStmt",
        "TransactionStmt", "RefreshMatViewStmt",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (kind_is(c, others[i]))
            return false;
    return !(c->step->op->info->flags & OP_NEUTRAL);
}

static void look_at_statement(struct linter *l, struct lint_case *c, struct findings *out)
{
    struct sql_facts facts;
    if (!sql_facts(c->stmt, &facts, l->arena))
        return;
    c->facts = &facts;
    c->table = table_of(&facts);
    c->used = c->table.name.n && !(facts.flags & SQL_TEMPORARY) &&
              !is_fresh(l, "table", &c->table);
    if (str_is(facts.kind, "AlterTableStmt") && !str_is(facts.object, "OBJECT_TABLE"))
        c->used = false; /* of a view, an index, a composite type */
    if (c->step->alone)
        end_transaction(l);
    c->action = NULL;
    run_rules(l, c, ON_STATEMENT, c->step->op->from, out);
    for (size_t i = 0; i < facts.n_actions; i++) {
        c->action = &facts.actions[i];
        run_rules(l, c, ON_ACTION, c->step->op->from, out);
        learn_action(l, c);
    }
    c->action = NULL;
    if (keeps_readers_out(c) && l->no_timeout)
        l->told_timeout = true;
    learn_statement(l, c);
    l->n_schema += changes_schema(c);
    c->facts = NULL;
}

/* Online a backfill that names no key takes the table's primary key; which that is does
 * not matter here. */
static const struct op *compilable(const struct op *op, struct arena *a)
{
    if (op->info->kind != OP_backfill || rec_has(op->args, K_key))
        return op;
    struct op *copy = op_copy(a, op);
    str key = STR("id");
    rec_set(copy->args, K_key, val_strs(a, &key, 1));
    return copy;
}

/* `in` learns where an operation cannot even be compiled. */
static void look_at_step(struct linter *l, struct lint_case *c, struct lint_input *in,
                         struct findings *out)
{
    struct compile_context context = {.server_version = l->options.server_version,
                                      .autocommit = c->step->alone,
                                      .shown = true};
    struct stmt_list list = {0};
    struct err e = {0};
    if (!op_compile(compilable(c->step->op, l->arena), &context, &list, l->arena, &e) &&
        !in->stopped_why.p) {
        in->stopped = c->step->op->from;
        in->stopped_why = str_copy(l->arena, e.message);
        in->stopped_reading = false;
    }
    err_clear(&e);
    for (size_t i = 0; i < list.n; i++) {
        c->stmt = &list.at[i];
        look_at_statement(l, c, out);
    }
}

static bool has_no_timeout(const struct linter *l, const struct lint_input *in)
{
    const struct val *v = val_get(&in->settings, STR("lock_timeout"));
    if (v->kind == VAL_INT)
        return v->i == 0;
    if (v->kind == VAL_NUM)
        return v->num == 0;
    if (v->kind == VAL_STR)
        return is_off(v->s);
    return l->options.lock_timeout_ms <= 0;
}

void lint_revision(struct linter *l, const struct lint_input *in, struct findings *out)
{
    struct lint_input seen = *in;
    struct lint_case c = {.lint = l, .in = &seen};
    l->n_fresh = 0;
    l->locked = (struct sql_table){STR_NONE, STR_NONE};
    l->no_timeout = has_no_timeout(l, in);
    l->told_timeout = false;
    l->n_schema = 0;
    for (size_t i = 0; i < in->n_steps; i++) {
        c.step = &in->steps[i];
        look_at_step(l, &c, &seen, out);
    }
    c = (struct lint_case){.lint = l, .in = &seen};
    run_rules(l, &c, ON_REVISION, (struct origin){.file = in->revision->file}, out);
}

struct linter *lint_new(const struct lint_options *options, struct arena *a)
{
    struct linter *l = NEW(a, struct linter);
    l->arena = a;
    l->options = *options;
    return l;
}
