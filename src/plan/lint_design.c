/* Rules about design: types, names, indexes that are regretted later. They hold for new
 * tables, too. */
#include "plan/lint_inside.h"
#include "plan/quote.h"
#include "plan/sqlscan.h"

#include <string.h>

/* A column that gets a type here. */
static bool gets_type(const struct lint_case *c, const char *type)
{
    return (is_column(c) || step_is(c, "AT_AlterColumnType")) &&
           str_is(c->action->type, type);
}

static bool say(const struct lint_case *c, struct remark *out, str type)
{
    put_table(&out->text, &c->table);
    buf_fmt(&out->text, ".%.*s is %.*s", STR_ARG(c->action->name), STR_ARG(type));
    return true;
}

bool lint_char_column(const struct lint_case *c, struct remark *out)
{
    str full = c->action->full_type;
    return gets_type(c, "bpchar") &&
           say(c, out,
               str_fmt(c->lint->arena, "char%.*s",
                       STR_ARG(str_cut(full, str_find(full, '('), full.n))));
}

bool lint_text_column(const struct lint_case *c, struct remark *out)
{
    return gets_type(c, "varchar") &&
           str_find(c->action->full_type, '(') < c->action->full_type.n &&
           say(c, out, c->action->full_type);
}

bool lint_timestamptz(const struct lint_case *c, struct remark *out)
{
    return gets_type(c, "timestamp") && say(c, out, STR("timestamp without time zone"));
}

bool lint_jsonb(const struct lint_case *c, struct remark *out)
{
    return gets_type(c, "json") && say(c, out, STR("json"));
}

static str small_integer(str type)
{
    static const char *const names[][2] = {
        {"int4", "integer"},   {"int2", "smallint"},           {"serial", "serial"},
        {"serial4", "serial"}, {"smallserial", "smallserial"}, {"serial2", "smallserial"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(type, names[i][0]))
            return str_of(names[i][1]);
    return STR_NONE;
}

bool lint_small_key(const struct lint_case *c, struct remark *out)
{
    const struct sql_action *a = c->action;
    if (is_column(c)) {
        str type = small_integer(a->type);
        return type.n && a->flags & (ACTION_PRIMARY | ACTION_IDENTITY | ACTION_SERIAL) &&
               say(c, out, str_fmt(c->lint->arena, "a key of type %.*s", STR_ARG(type)));
    }
    if (!step_is(c, "Constraint") || !(a->flags & ACTION_PRIMARY) || a->n_columns != 1)
        return false;
    const struct known *k = known_column(c->lint, &c->table, a->columns[0]);
    /* serial is told where the column is */
    if (!k || !(str_is(k->type, "int4") || str_is(k->type, "int2")))
        return false;
    put_table(&out->text, &c->table);
    buf_fmt(&out->text, ".%.*s is a key of type %.*s", STR_ARG(a->columns[0]),
            STR_ARG(small_integer(k->type)));
    return true;
}

bool lint_identity(const struct lint_case *c, struct remark *out)
{
    return is_column(c) && c->action->flags & ACTION_SERIAL &&
           say(c, out, c->action->type);
}

/* Names in text of the user's: operations with such names are refused when they are read.
 */
bool lint_long_name(const struct lint_case *c, struct remark *out)
{
    str sql = c->stmt->sql;
    for (struct token t = sql_token_after(sql, 0); t.kind != TOKEN_END;
         t = sql_token_after(sql, t.end)) {
        str text = token_text(sql, t);
        if (t.kind == TOKEN_QUOTED && text.n > 2)
            text = str_cut(text, 1, text.n - 1);
        else if (t.kind != TOKEN_WORD)
            continue;
        if (text.n > IDENT_BYTES) {
            buf_fmt(&out->text, "the name '%.*s' has %zu bytes", STR_ARG(text), text.n);
            return true;
        }
    }
    return false;
}

bool lint_dotted_name(const struct lint_case *c, struct remark *out)
{
    str name = c->table.name;
    size_t dot = str_find(name, '.');
    if (!kind_is(c, "CreateStmt") || dot == 0 || dot + 1 >= name.n)
        return false;
    buf_fmt(&out->text,
            "'%.*s' is one name with a dot in it, not table '%.*s' of schema '%.*s'",
            STR_ARG(name), STR_ARG(str_cut(name, dot + 1, name.n)),
            STR_ARG(str_cut(name, 0, dot)));
    return true;
}

bool lint_wide_index(const struct lint_case *c, struct remark *out)
{
    enum { WIDE = 3 };
    if (!kind_is(c, "IndexStmt") || c->facts->n_keys <= WIDE)
        return false;
    buf_put(&out->text, "the index ");
    if (c->facts->name.n)
        buf_fmt(&out->text, "%.*s ", STR_ARG(c->facts->name));
    buf_put(&out->text, "on ");
    put_table(&out->text, &c->table);
    buf_fmt(&out->text, " has %zu columns", c->facts->n_keys);
    return true;
}

bool lint_no_schema(const struct lint_case *c, struct remark *out)
{
    if (!c->table.name.n || c->table.schema.n)
        return false;
    buf_fmt(&out->text, "no schema is given for %.*s", STR_ARG(c->table.name));
    return true;
}
