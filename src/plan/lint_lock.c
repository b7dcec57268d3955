/* Rules about locks: what others wait for while a statement runs (manual, 13.3 and the
 * notes of ALTER TABLE). */
#include "plan/lint_inside.h"

#include "base/utf8.h"

bool kind_is(const struct lint_case *c, const char *kind)
{
    return str_is(c->facts->kind, kind);
}

bool step_is(const struct lint_case *c, const char *subtype)
{
    return c->action && str_is(c->action->kind, subtype);
}

bool is_column(const struct lint_case *c)
{
    str object = c->facts->object;
    if (object.n && !str_is(object, "OBJECT_TABLE"))
        return false;
    return step_is(c, "AT_AddColumn") || step_is(c, "ColumnDef");
}

void put_table(struct buf *b, const struct sql_table *t)
{
    if (t->schema.n)
        buf_fmt(b, "%.*s.", STR_ARG(t->schema));
    buf_str(b, t->name);
}

/* "the column orders.note", or "orders" alone. */
static void put_column(struct buf *b, const struct lint_case *c)
{
    put_table(b, &c->table);
    buf_fmt(b, ".%.*s", STR_ARG(c->action->name));
}

static bool has(const struct lint_case *c, unsigned flag)
{
    return c->action->flags & flag;
}

/* Dropping a view, or an index whose table is not named, is left to other rules; and what
 * ALTER TABLE does to a second table: the partition that it attaches. */
bool keeps_readers_out(const struct lint_case *c)
{
    const struct sql_facts *f = c->facts;
    struct effects effects = {0};
    bool alter = kind_is(c, "AlterTableStmt");
    if (str_is(f->object, "OBJECT_VIEW") || str_is(f->object, "OBJECT_MATVIEW"))
        return false;
    statement_effects(f, NULL, NULL, &effects, c->lint->arena);
    for (size_t i = 0; i < effects.n; i++)
        if (effects.at[i].lock == LOCK_ACCESS_EXCLUSIVE &&
            !(effects.at[i].does & EFFECT_INDEX) &&
            (!alter || (c->used && same_table(&effects.at[i].table, &c->table))) &&
            !is_fresh(c->lint, "table", &effects.at[i].table))
            return true;
    return false;
}

/* ---- indexes ----------------------------------------------------------------------- */

bool lint_index_creation(const struct lint_case *c, struct remark *out)
{
    if (!kind_is(c, "IndexStmt") || !c->used ||
        c->facts->flags & (SQL_CONCURRENTLY | SQL_ONLY))
        return false;
    buf_put(&out->text, "building ");
    if (c->facts->name.n)
        buf_fmt(&out->text, "the index %.*s", STR_ARG(c->facts->name));
    else
        buf_put(&out->text, "an index");
    buf_put(&out->text, " keeps writers out of ");
    put_table(&out->text, &c->table);
    return true;
}

bool lint_index_deletion(const struct lint_case *c, struct remark *out)
{
    struct sql_table name = {STR_NONE, c->facts->name};
    if (!kind_is(c, "DropStmt") || !str_is(c->facts->object, "OBJECT_INDEX") ||
        c->facts->flags & SQL_CONCURRENTLY || is_fresh(c->lint, "index", &name))
        return false;
    buf_fmt(&out->text, "dropping the index %.*s locks its table", STR_ARG(name.name));
    return true;
}

bool lint_reindex(const struct lint_case *c, struct remark *out)
{
    if (!kind_is(c, "ReindexStmt") || c->facts->flags & SQL_CONCURRENTLY ||
        is_fresh(c->lint, "table", &c->table) || is_fresh(c->lint, "index", &c->table))
        return false;
    buf_put(&out->text, "rebuilding indexes");
    if (c->table.name.n) {
        buf_put(&out->text, " of ");
        put_table(&out->text, &c->table);
    }
    buf_put(&out->text, " keeps writers out");
    return true;
}

enum { SHOWN = 60 }; /* of a statement in a remark: bytes */

bool lint_in_transaction(const struct lint_case *c, struct remark *out)
{
    bool refused = c->facts->flags & SQL_NO_TX || c->stmt->flags & STMT_NO_TX;
    if (!refused || c->step->alone)
        return false;
    str sql = str_trim(c->stmt->sql);
    str line = str_cut(sql, 0, str_find(sql, '\n'));
    line = str_cut(line, 0, utf8_floor(line, SHOWN));
    if (c->step->op->info->flags & OP_RAW)
        buf_fmt(&out->text, "'%.*s%s'", STR_ARG(line), sql.n > line.n ? "..." : "");
    else
        buf_fmt(&out->text, "op.%s", c->step->op->info->shape.name);
    buf_put(&out->text, " cannot run inside a transaction");
    return true;
}

bool lint_refresh(const struct lint_case *c, struct remark *out)
{
    if (!kind_is(c, "RefreshMatViewStmt") || !c->used ||
        c->facts->flags & SQL_CONCURRENTLY)
        return false;
    buf_put(&out->text, "refreshing ");
    put_table(&out->text, &c->table);
    buf_put(&out->text, " keeps its readers out");
    return true;
}

bool lint_partition_detach(const struct lint_case *c, struct remark *out)
{
    if (!step_is(c, "AT_DetachPartition") || !c->used || has(c, ACTION_CONCURRENTLY))
        return false;
    buf_put(&out->text, "detaching a partition keeps everybody out of ");
    put_table(&out->text, &c->table);
    return true;
}

/* ---- constraints ------------------------------------------------------------------- */

static void put_constraint(struct buf *b, const struct lint_case *c, const char *kind)
{
    buf_fmt(b, "the %s", kind);
    if (c->action->name.n)
        buf_fmt(b, " %.*s", STR_ARG(c->action->name));
}

bool lint_foreign_key(const struct lint_case *c, struct remark *out)
{
    bool added = step_is(c, "AT_AddConstraint") && !has(c, ACTION_NOT_VALID);
    /* The server looks at no row for a new column whose values are all NULL. */
    bool column = step_is(c, "AT_AddColumn") && has(c, ACTION_DEFAULT);
    if (!c->used || !has(c, ACTION_FOREIGN) || !(added || column))
        return false;
    put_constraint(&out->text, c, column ? "foreign key of the column" : "foreign key");
    buf_put(&out->text, " is checked for every row of ");
    put_table(&out->text, &c->table);
    buf_put(&out->text, " while it is added");
    return true;
}

bool lint_check_not_valid(const struct lint_case *c, struct remark *out)
{
    bool added = step_is(c, "AT_AddConstraint") && !has(c, ACTION_NOT_VALID);
    if (!c->used || !has(c, ACTION_CHECK) || !(added || step_is(c, "AT_AddColumn")))
        return false;
    put_constraint(&out->text, c, added ? "check" : "check of the column");
    buf_put(&out->text, " reads all of ");
    put_table(&out->text, &c->table);
    buf_put(&out->text, " while it is added");
    return true;
}

bool lint_validate(const struct lint_case *c, struct remark *out)
{
    struct sql_table name = {STR_NONE, c->action->name};
    if (!step_is(c, "AT_ValidateConstraint") || !c->used || c->step->alone ||
        !is_fresh(c->lint, "constraint", &name))
        return false;
    put_constraint(&out->text, c, "constraint");
    buf_put(&out->text, " is validated in the transaction that adds it");
    return true;
}

bool lint_unique_constraint(const struct lint_case *c, struct remark *out)
{
    bool key = has(c, ACTION_PRIMARY | ACTION_UNIQUE) ||
               str_is(c->action->constraint, "CONSTR_EXCLUSION");
    bool added = step_is(c, "AT_AddConstraint") || step_is(c, "AT_AddColumn");
    if (!c->used || !key || !added || has(c, ACTION_USING_INDEX))
        return false;
    put_constraint(&out->text, c,
                   step_is(c, "AT_AddColumn") ? "key of the column" : "constraint");
    buf_put(&out->text, " builds its index while nobody can use ");
    put_table(&out->text, &c->table);
    return true;
}

bool lint_set_not_null(const struct lint_case *c, struct remark *out)
{
    if (!step_is(c, "AT_SetNotNull") || !c->used)
        return false;
    for (size_t i = 0; i < c->lint->n_checks; i++) {
        const struct known *check = &c->lint->checks[i];
        if (check->valid && str_eq(check->column, c->action->name) &&
            same_table(&check->table, &c->table))
            return false;
    }
    buf_put(&out->text, "NOT NULL on ");
    put_column(&out->text, c);
    buf_put(&out->text, " reads the whole table while nobody can use it");
    return true;
}

/* ---- columns ----------------------------------------------------------------------- */

static bool adds(const struct lint_case *c)
{
    return c->used && step_is(c, "AT_AddColumn");
}

bool lint_required_column(const struct lint_case *c, struct remark *out)
{
    if (!adds(c) || !has(c, ACTION_NOT_NULL | ACTION_PRIMARY) ||
        has(c, ACTION_DEFAULT | ACTION_GENERATED | ACTION_IDENTITY))
        return false;
    buf_put(&out->text, "the new column ");
    put_column(&out->text, c);
    buf_put(&out->text, " is NOT NULL and has no default");
    return true;
}

static bool rewrites(const struct lint_case *c, struct remark *out, const char *because)
{
    buf_put(&out->text, "adding ");
    put_column(&out->text, c);
    buf_fmt(&out->text, " rewrites the table: %s", because);
    return true;
}

bool lint_volatile_default(const struct lint_case *c, struct remark *out)
{
    return adds(c) && has(c, ACTION_VOLATILE) && !has(c, ACTION_SERIAL) &&
           rewrites(c, out, "its default is computed for every row");
}

bool lint_generated_column(const struct lint_case *c, struct remark *out)
{
    return adds(c) && has(c, ACTION_GENERATED) &&
           rewrites(c, out,
                    has(c, ACTION_IDENTITY) ? "it is an identity"
                                            : "it is generated and stored");
}

bool lint_serial_column(const struct lint_case *c, struct remark *out)
{
    return adds(c) && has(c, ACTION_SERIAL) &&
           rewrites(c, out, "it draws from a sequence");
}

/* The type a column has now: as the operation says, or as the revisions before made it.
 */
static str type_before(const struct lint_case *c)
{
    const struct op *op = c->step->op;
    if (op->info->kind == OP_alter_column && rec_has(op->args, K_existing_type))
        return type_normal(rec_str(op->args, K_existing_type), c->lint->arena);
    const struct known *k = known_column(c->lint, &c->table, c->action->name);
    return k ? k->type : STR_NONE;
}

bool lint_column_type(const struct lint_case *c, struct remark *out)
{
    if (!step_is(c, "AT_AlterColumnType") || !c->used)
        return false;
    str was = type_before(c);
    if (was.n && !has(c, ACTION_USING) && type_widens(was, c->action->full_type))
        return false;
    buf_put(&out->text, "the type of ");
    put_column(&out->text, c);
    if (was.n)
        buf_fmt(&out->text, " changes from %.*s", STR_ARG(was));
    else
        buf_put(&out->text, ", not known here, changes");
    buf_fmt(&out->text, " to %.*s: the table is rewritten",
            STR_ARG(c->action->full_type));
    return true;
}

/* The operation is a block of code to the server: what it does is known only from here.
 */
bool lint_replace_enum(const struct lint_case *c, struct remark *out)
{
    const struct op *op = c->step->op;
    if (op->info->kind != OP_replace_enum)
        return false;
    struct sql_table type = {STR_NONE, rec_str(op->args, K_name)};
    if (is_fresh(c->lint, "type", &type))
        return false;
    buf_fmt(&out->text, "every table with a column of type %.*s is rewritten",
            STR_ARG(type.name));
    return true;
}

bool lint_create_partition(const struct lint_case *c, struct remark *out)
{
    const struct sql_table *parent = &c->facts->parent;
    if (!parent->name.n || is_fresh(c->lint, "table", parent))
        return false;
    buf_put(&out->text, "creating the partition ");
    put_table(&out->text, &c->table);
    buf_put(&out->text, " keeps everybody out of ");
    put_table(&out->text, parent);
    return true;
}

/* ---- whole tables ------------------------------------------------------------------ */

static const char *copying(const struct lint_case *c)
{
    static const char *const steps[][2] = {
        {"AT_SetLogged", "SET LOGGED"},
        {"AT_SetUnLogged", "SET UNLOGGED"},
        {"AT_SetTableSpace", "SET TABLESPACE"},
        {"AT_SetAccessMethod", "SET ACCESS METHOD"},
    };
    if (kind_is(c, "VacuumStmt"))
        return c->facts->flags & SQL_FULL ? "VACUUM FULL" : NULL;
    if (kind_is(c, "ClusterStmt"))
        return "CLUSTER";
    for (size_t i = 0; i < c->facts->n_actions; i++)
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
            if (str_is(c->facts->actions[i].kind, steps[k][0]))
                return steps[k][1];
    return NULL;
}

bool lint_rewrite(const struct lint_case *c, struct remark *out)
{
    const char *what = copying(c);
    if (!what || (c->table.name.n && !c->used))
        return false;
    buf_fmt(&out->text, "%s copies ", what);
    if (c->table.name.n)
        put_table(&out->text, &c->table);
    else
        buf_put(&out->text, "every table");
    buf_put(&out->text, " while nobody can use it");
    return true;
}

bool lint_timeout(const struct lint_case *c, struct remark *out)
{
    if (!c->lint->no_timeout || c->lint->told_timeout || !keeps_readers_out(c))
        return false;
    buf_put(&out->text, "lock_timeout is off while a lock on ");
    put_table(&out->text, &c->table);
    buf_put(&out->text, " is waited for");
    return true;
}

bool lint_backfill(const struct lint_case *c, struct remark *out)
{
    bool changes = kind_is(c, "UpdateStmt") || kind_is(c, "DeleteStmt");
    bool copies = kind_is(c, "InsertStmt") && c->facts->n_tables > 1;
    if (c->step->alone || !c->lint->locked.name.n || !((changes && c->used) || copies))
        return false;
    buf_put(&out->text, "rows of ");
    put_table(&out->text, &c->table);
    buf_put(&out->text, " are written while the transaction keeps everybody out of ");
    put_table(&out->text, &c->lint->locked);
    return true;
}

bool lint_whole_update(const struct lint_case *c, struct remark *out)
{
    bool update = kind_is(c, "UpdateStmt");
    if (!(update || kind_is(c, "DeleteStmt")) || !c->used || c->facts->flags & SQL_WHERE)
        return false;
    buf_fmt(&out->text, "every row of ");
    put_table(&out->text, &c->table);
    buf_fmt(&out->text, " is %s in one transaction", update ? "updated" : "deleted");
    return true;
}
