/* Enum types. PostgreSQL cannot take a value out of one, nor change the order: op.replace_enum
 * makes a new type of the same name and builds everything anew that stands on the old one
 * (replace_enum.sql). That is looked up by the server, so the statement works offline. */
#include "base/embed.h"
#include "plan/quote.h"
#include "plan/write.h"

extern const struct embedded embedded_plan_sql[];

/* What the server says of a second one is about its catalog (23505). */
static bool check_values(struct pen *p, struct list values)
{
    for (size_t i = 0; i < values.n; i++) {
        str value = values.at[i].s;
        if (value.n > IDENT_BYTES)
            return pen_fail(p,
                            "the value \"%.*s\" is %zu bytes long: PostgreSQL takes %d",
                            STR_ARG(value), value.n, IDENT_BYTES);
        for (size_t j = 0; j < i; j++)
            if (str_eq(values.at[j].s, value))
                return pen_fail(p, "the value '%.*s' is given twice", STR_ARG(value));
    }
    return true;
}

bool compile_create_enum(struct pen *p, const struct rec *r)
{
    bool first = true;
    struct list values = rec_list(r, K_values);
    if (!check_values(p, values))
        return false;
    put_form(p, r, "CREATE TYPE {schema.name} AS ENUM (");
    for (size_t i = 0; i < values.n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_literal(p, values.at[i].s);
    }
    put(p, ")");
    pen_end(p, 0);
    return pen_comment(p, r, "TYPE {schema.name}");
}

FORM(drop_enum, "DROP TYPE[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_enum, "ALTER TYPE {schema.name} RENAME TO {new_name}")

bool compile_add_enum_value(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_before) && rec_has(r, K_after))
        return pen_fail(p, "before and after exclude each other");
    return pen_stmt(p, r,
                    "ALTER TYPE {schema.name} ADD VALUE[if_not_exists: IF NOT EXISTS] "
                    "{value}[before: BEFORE {before}][after: AFTER {after}]");
}

FORM(rename_enum_value, "ALTER TYPE {schema.name} RENAME VALUE {value} TO {new_value}")

/* ---- another set of values ----------------------------------------------------- */

/* Only values that go are mapped, and only to values that stay: no chains. */
static bool check_mapping(struct pen *p, struct list values, const struct map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct pair *pair = &m->at[i];
        if (list_has(values, pair->key))
            return pen_fail(p, "mapping: '%.*s' is still one of the values",
                            STR_ARG(pair->key));
        if (pair->val.kind != VAL_NULL && pair->val.kind != VAL_STR)
            return pen_fail(p, "mapping: '%.*s' must become a text or op.NULL",
                            STR_ARG(pair->key));
        if (pair->val.kind == VAL_STR && !list_has(values, pair->val.s))
            return pen_fail(p, "mapping: '%.*s' is none of the values",
                            STR_ARG(pair->val.s));
    }
    return true;
}

static void put_variable(struct buf *b, const char *name, const char *type, str value)
{
    buf_fmt(b, "    %s constant %s := ", name, type);
    quote_literal(b, value);
    buf_put(b, ";\n");
}

/* A statement of the block, as the text of a variable. */
static str statement(struct pen *p, const struct rec *r, const char *form, str name)
{
    struct pen side = *p;
    side.b = buf_in(p->a);
    put_form(&side, r, form);
    if (name.n)
        put_ident(&side, name);
    p->ok = side.ok;
    return buf_done(&side.b);
}

static void put_labels(struct pen *p, struct buf *b, const struct rec *r)
{
    buf_put(b, "    labels constant text[] := ARRAY[");
    buf_str(b, statement(p, r, "{values}", STR_NONE));
    buf_put(b, "]::text[];\n");
}

/* The text of a file without its remarks in the first column, which are for readers. */
static void put_embedded(struct buf *b, const char *name)
{
    for (const struct embedded *f = embedded_plan_sql; f->name; f++) {
        str rest = {f->bytes, f->n}, line;
        while (str_is(str_of(f->name), name) && str_split(&rest, '\n', &line))
            if (!str_starts(line, STR("--")))
                buf_fmt(b, "%.*s%s", STR_ARG(line), rest.n ? "\n" : "");
    }
}

bool compile_replace_enum(struct pen *p, const struct rec *r)
{
    static const struct val none = {.kind = VAL_MAP};
    const struct val *mapping = rec_at(r, K_mapping);
    str old = default_name(rec_str(r, K_name), STR_NONE, "old", p->a), json;
    struct buf b = buf_in(p->a), drop = buf_in(p->a);
    if (mapping->kind != VAL_MAP)
        mapping = &none;
    if (!check_values(p, rec_list(r, K_values)) ||
        !check_mapping(p, rec_list(r, K_values), &mapping->map) ||
        !val_text(mapping, &json, p->a))
        return false;
    buf_put(&drop, "DROP TYPE ");
    quote_name(&drop, rec_str(r, K_schema), old);
    buf_put(&b, "\nDECLARE\n");
    put_variable(&b, "old_name", "text", statement(p, r, "{schema.name}", STR_NONE));
    put_variable(&b, "rename_old", "text",
                 statement(p, r, "ALTER TYPE {schema.name} RENAME TO ", old));
    put_variable(
        &b, "create_new", "text",
        statement(p, r, "CREATE TYPE {schema.name} AS ENUM ({values})", STR_NONE));
    put_variable(&b, "drop_old", "text", buf_done(&drop));
    put_labels(p, &b, r);
    put_variable(&b, "mapping", "jsonb", json);
    put_embedded(&b, "src/plan/replace_enum.sql");
    put(p, "DO ");
    quote_dollar(&p->b, buf_done(&b));
    return pen_end(p, 0);
}
