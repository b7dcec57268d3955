/* Rules about clients and data: what breaks or is lost when a change commits. */
#include "plan/lint_inside.h"

bool lint_drop_column(const struct lint_case *c, struct remark *out)
{
    if (!step_is(c, "AT_DropColumn") || !c->used)
        return false;
    buf_put(&out->text, "the column ");
    put_table(&out->text, &c->table);
    buf_fmt(&out->text, ".%.*s is dropped with its values", STR_ARG(c->action->name));
    return true;
}

bool lint_drop_table(const struct lint_case *c, struct remark *out)
{
    const struct sql_facts *f = c->facts;
    if (!kind_is(c, "DropStmt") || !str_is(f->object, "OBJECT_TABLE"))
        return false;
    for (size_t i = 0; i < f->n_tables; i++)
        if (!is_fresh(c->lint, "table", &f->tables[i])) {
            buf_put(&out->text, "the table ");
            put_table(&out->text, &f->tables[i]);
            buf_put(&out->text, " is dropped with its rows");
            return true;
        }
    return false;
}

bool lint_drop_database(const struct lint_case *c, struct remark *out)
{
    bool schema = kind_is(c, "DropStmt") && str_is(c->facts->object, "OBJECT_SCHEMA") &&
                  c->facts->flags & SQL_CASCADE;
    if (!schema && !kind_is(c, "DropdbStmt"))
        return false;
    buf_fmt(&out->text, "the %s %.*s is dropped with all that is in it",
            schema ? "schema" : "database", STR_ARG(c->facts->name));
    return true;
}

bool lint_truncate_cascade(const struct lint_case *c, struct remark *out)
{
    if (!kind_is(c, "TruncateStmt") || !(c->facts->flags & SQL_CASCADE))
        return false;
    buf_put(&out->text, "TRUNCATE CASCADE empties more than ");
    put_table(&out->text, &c->table);
    return true;
}

bool lint_drop_not_null(const struct lint_case *c, struct remark *out)
{
    if (!step_is(c, "AT_DropNotNull") || !c->used)
        return false;
    put_table(&out->text, &c->table);
    buf_fmt(&out->text, ".%.*s may be NULL from now on", STR_ARG(c->action->name));
    return true;
}

bool lint_rename_column(const struct lint_case *c, struct remark *out)
{
    const struct sql_facts *f = c->facts;
    if (!kind_is(c, "RenameStmt") || !str_is(f->object, "OBJECT_COLUMN") || !c->used)
        return false;
    put_table(&out->text, &c->table);
    buf_fmt(&out->text, ".%.*s becomes %.*s while programs use the old name",
            STR_ARG(f->name), STR_ARG(f->new_name));
    return true;
}

bool lint_rename_table(const struct lint_case *c, struct remark *out)
{
    const struct sql_facts *f = c->facts;
    if (!kind_is(c, "RenameStmt") || !str_is(f->object, "OBJECT_TABLE") || !c->used)
        return false;
    buf_put(&out->text, "the table ");
    put_table(&out->text, &c->table);
    buf_fmt(&out->text, " becomes %.*s while programs use the old name",
            STR_ARG(f->new_name));
    return true;
}

static bool is_used_type(const struct lint_case *c)
{
    struct sql_table type = {STR_NONE, c->facts->name};
    return kind_is(c, "AlterEnumStmt") && !is_fresh(c->lint, "type", &type);
}

bool lint_rename_value(const struct lint_case *c, struct remark *out)
{
    if (!is_used_type(c) || !c->facts->value.p)
        return false;
    buf_fmt(&out->text, "the value '%.*s' of %.*s becomes '%.*s'",
            STR_ARG(c->facts->value), STR_ARG(c->facts->name),
            STR_ARG(c->facts->new_name));
    return true;
}

bool lint_enum_order(const struct lint_case *c, struct remark *out)
{
    if (!is_used_type(c) || c->facts->value.p || c->facts->flags & SQL_PLACED)
        return false;
    buf_fmt(&out->text, "the value '%.*s' goes last in %.*s", STR_ARG(c->facts->new_name),
            STR_ARG(c->facts->name));
    return true;
}
