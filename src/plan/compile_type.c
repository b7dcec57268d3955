/* Types. */
#include "plan/quote.h"
#include "plan/write.h"

bool compile_create_enum(struct pen *p, const struct rec *r)
{
    bool first = true;
    struct list values = rec_list(r, K_values);
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

/* WHEN 'old' THEN 'new' … */
static str mapping_cases(struct pen *p, const struct map *m)
{
    struct pen side = *p;
    side.b = buf_in(p->a);
    for (size_t i = 0; i < m->n; i++) {
        put(&side, " WHEN ");
        put_literal(&side, m->at[i].key);
        put(&side, " THEN ");
        put_value(&side, &m->at[i].val);
    }
    p->ok = side.ok;
    return buf_done(&side.b);
}

/* array_replace(array_replace( and , 'a', 'b'), 'c', 'd'): no subquery is allowed where a
 * column changes its type. */
static void array_mapping(struct pen *p, const struct map *m, str *head, str *tail)
{
    struct pen side = *p;
    struct buf opening = buf_in(p->a);
    side.b = buf_in(p->a);
    for (size_t i = 0; i < m->n; i++) {
        buf_put(&opening, "array_replace(");
        put(&side, ", ");
        put_literal(&side, m->at[i].key);
        put(&side, ", ");
        put_value(&side, &m->at[i].val);
        put(&side, ")");
    }
    p->ok = side.ok;
    *head = buf_done(&opening);
    *tail = buf_done(&side.b);
}

static void put_variable(struct buf *b, const char *name, str value)
{
    buf_fmt(b, "    %s constant text := ", name);
    quote_literal(b, value);
    buf_put(b, ";\n");
}

/* replace(def, '''a''::', '''b''::'): defaults are printed as 'a'::mood. */
static void put_default_mapping(struct pen *p, struct buf *b, const struct map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        struct buf from = buf_in(p->a), to = buf_in(p->a);
        if (m->at[i].val.kind != VAL_STR)
            continue;
        quote_literal(&from, m->at[i].key);
        buf_put(&from, "::");
        quote_literal(&to, m->at[i].val.s);
        buf_put(&to, "::");
        buf_put(b, "        c.def := replace(c.def, ");
        quote_literal(b, buf_done(&from));
        buf_put(b, ", ");
        quote_literal(b, buf_done(&to));
        buf_put(b, ");\n");
    }
}

static const char replace_head[] =
    "    old_oid constant oid := old_name::regtype;\n"
    "    said constant text := obj_description(old_oid, 'pg_type');\n"
    "    owner constant text := (SELECT typowner::regrole FROM pg_type WHERE oid = "
    "old_oid);\n"
    "    columns constant jsonb := (\n"
    "        SELECT jsonb_agg(jsonb_build_object('tab', a.attrelid::regclass, 'col', "
    "attname,\n"
    "            'def', pg_get_expr(adbin, adrelid), 'plain', atttypid = old_oid))\n"
    "        FROM pg_attribute a JOIN pg_class r ON r.oid = attrelid\n"
    "            LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum\n"
    "        WHERE relkind IN ('r', 'p', 'f') AND NOT attisdropped AND attinhcount = 0\n"
    "            AND atttypid IN (SELECT unnest(ARRAY[oid, typarray]) FROM pg_type\n"
    "                             WHERE oid = old_oid));\n"
    "    c record;\n"
    "BEGIN\n"
    "    EXECUTE rename_old;\n"
    "    EXECUTE create_new;\n"
    "    FOR c IN SELECT * FROM jsonb_to_recordset(columns)\n"
    "            AS x(tab text, col text, def text, plain boolean) LOOP\n";

static const char replace_tail[] =
    "        IF c.def IS NOT NULL THEN\n"
    "            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', c.tab, "
    "c.col);\n"
    "        END IF;\n"
    "        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING ', c.tab, "
    "c.col,\n"
    "                       old_name || CASE WHEN c.plain THEN '' ELSE '[]' END)\n"
    "            || CASE WHEN NOT c.plain\n"
    "                   THEN format('%s%I::text[]%s::%s[]', head, c.col, tail, "
    "old_name)\n"
    "               WHEN cases <> '' THEN format('CASE %I::text%s ELSE %I::text "
    "END::%s',\n"
    "                                            c.col, cases, c.col, old_name)\n"
    "               ELSE format('%I::text::%s', c.col, old_name) END;\n"
    "        IF c.def IS NOT NULL THEN\n"
    "            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', c.tab, "
    "c.col,\n"
    "                           c.def);\n"
    "        END IF;\n"
    "    END LOOP;\n"
    "    EXECUTE drop_old;\n"
    "    EXECUTE format('ALTER TYPE %s OWNER TO %s', old_name, owner);\n"
    "    IF said IS NOT NULL THEN\n"
    "        EXECUTE format('COMMENT ON TYPE %s IS %L', old_name, said);\n"
    "    END IF;\n"
    "END";

/* A statement of the block, as the text of a variable. */
static str replace_part(struct pen *p, const struct rec *r, const char *form,
                        str temporary)
{
    struct pen side = *p;
    side.b = buf_in(p->a);
    put_form(&side, r, form);
    if (temporary.n)
        put_ident(&side, temporary);
    p->ok = side.ok;
    return buf_done(&side.b);
}

/* PostgreSQL cannot take a value out of an enum type, nor change the order: a new type
 * takes the name, and every column of the old one is converted. What compares such a
 * column with a value (a check, a partial index, a view) must be dropped before, or the
 * server says so. The columns are looked up by the server, so the block works offline. */
bool compile_replace_enum(struct pen *p, const struct rec *r)
{
    static const struct map none = {NULL, 0};
    const struct val *v = rec_at(r, K_mapping);
    const struct map *m = v->kind == VAL_MAP ? &v->map : &none;
    str old = default_name(rec_str(r, K_name), STR_NONE, "old", p->a);
    str head, tail;
    struct buf b = buf_in(p->a), drop = buf_in(p->a);
    array_mapping(p, m, &head, &tail);
    quote_name(&drop, rec_str(r, K_schema), old);
    buf_put(&b, "\nDECLARE\n");
    put_variable(&b, "old_name", replace_part(p, r, "{schema.name}", STR_NONE));
    put_variable(&b, "rename_old",
                 replace_part(p, r, "ALTER TYPE {schema.name} RENAME TO ", old));
    put_variable(
        &b, "create_new",
        replace_part(p, r, "CREATE TYPE {schema.name} AS ENUM ({values})", STR_NONE));
    put_variable(&b, "drop_old",
                 str_fmt(p->a, "DROP TYPE %.*s", STR_ARG(buf_done(&drop))));
    put_variable(&b, "cases", mapping_cases(p, m));
    put_variable(&b, "head", head);
    put_variable(&b, "tail", tail);
    buf_put(&b, replace_head);
    put_default_mapping(p, &b, m);
    buf_put(&b, replace_tail);
    put(p, "DO ");
    quote_dollar(&p->b, buf_done(&b));
    return pen_end(p, 0);
}

/* ---- domains ------------------------------------------------------------------ */

static bool domain_constraint_comment(struct pen *p, const struct rec *r, str schema,
                                      str domain)
{
    if (!rec_has(r, K_comment))
        return p->ok;
    if (!rec_has(r, K_name))
        return pen_fail(p, "a comment on a constraint needs the constraint's name");
    put_form(p, r, "COMMENT ON CONSTRAINT {name} ON DOMAIN ");
    put_name(p, schema, domain);
    put_form(p, r, " IS {comment}");
    return pen_end(p, 0);
}

bool compile_create_domain(struct pen *p, const struct rec *r)
{
    const struct val *nullable = rec_at(r, K_nullable);
    struct list checks = rec_list(r, K_checks);
    put_form(p, r, "CREATE DOMAIN {schema.name} AS {type}");
    if (rec_has(r, K_collate)) {
        put(p, " COLLATE ");
        put_collation(p, rec_str(r, K_collate));
    }
    put_form(p, r, "[default: DEFAULT {default}]");
    if (nullable->kind == VAL_BOOL && !nullable->b)
        put(p, " NOT NULL");
    for (size_t i = 0; i < checks.n; i++) {
        const struct rec *c = checks.at[i].rec;
        if (!rec_bool(c, K_not_valid))
            put_form(p, c, "[name: CONSTRAINT {name}] CHECK ({condition})");
    }
    pen_end(p, 0);
    for (size_t i = 0; i < checks.n; i++) {
        const struct rec *c = checks.at[i].rec;
        if (rec_bool(c, K_not_valid)) {
            put_form(p, r, "ALTER DOMAIN {schema.name} ADD");
            put_form(p, c, "[name: CONSTRAINT {name}] CHECK ({condition}) NOT VALID");
            pen_end(p, 0);
        }
        domain_constraint_comment(p, c, rec_str(r, K_schema), rec_str(r, K_name));
    }
    return pen_comment(p, r, "DOMAIN {schema.name}");
}

FORM(drop_domain, "DROP DOMAIN[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_domain, "ALTER DOMAIN {schema.name} RENAME TO {new_name}")

bool compile_alter_domain(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_default) && !rec_has(r, K_nullable))
        return pen_fail(p, "nothing to change: give default or nullable");
    if (rec_at(r, K_default)->kind == VAL_NULL)
        pen_stmt(p, r, "ALTER DOMAIN {schema.name} DROP DEFAULT");
    else if (rec_has(r, K_default))
        pen_stmt(p, r, "ALTER DOMAIN {schema.name} SET DEFAULT {default}");
    if (rec_has(r, K_nullable))
        pen_stmt(p, r,
                 "ALTER DOMAIN {schema.name} [nullable:DROP][!nullable:SET] NOT NULL");
    return p->ok;
}

bool compile_create_domain_constraint(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "ALTER DOMAIN {schema.domain} ADD [name:CONSTRAINT {name} ]"
             "CHECK ({condition})[not_valid: NOT VALID]");
    return domain_constraint_comment(p, r, rec_str(r, K_schema), rec_str(r, K_domain));
}

FORM(drop_domain_constraint, "ALTER DOMAIN {schema.domain} DROP CONSTRAINT"
                             "[if_exists: IF EXISTS] {name}[cascade: CASCADE]")
FORM(rename_domain_constraint,
     "ALTER DOMAIN {schema.domain} RENAME CONSTRAINT {name} TO {new_name}")
FORM(validate_domain_constraint,
     "ALTER DOMAIN {schema.domain} VALIDATE CONSTRAINT {name}")

/* ---- composite, range and base types ------------------------------------------ */

static void put_attribute(struct pen *p, const struct rec *r)
{
    put_form(p, r, "{name} {type}");
    if (rec_has(r, K_collate)) {
        put(p, " COLLATE ");
        put_collation(p, rec_str(r, K_collate));
    }
}

static bool attribute_comment(struct pen *p, str schema, str type, const struct rec *r)
{
    if (!rec_has(r, K_comment))
        return p->ok;
    put(p, "COMMENT ON COLUMN ");
    put_name(p, schema, type);
    put_form(p, r, ".{name} IS {comment}");
    return pen_end(p, 0);
}

bool compile_create_composite_type(struct pen *p, const struct rec *r)
{
    struct list attributes = rec_list(r, K_attributes);
    put_form(p, r, "CREATE TYPE {schema.name} AS (");
    for (size_t i = 0; i < attributes.n; i++) {
        put(p, i == 0 ? "\n    " : ",\n    ");
        put_attribute(p, attributes.at[i].rec);
    }
    put(p, attributes.n ? "\n)" : ")");
    pen_end(p, 0);
    for (size_t i = 0; i < attributes.n; i++)
        attribute_comment(p, rec_str(r, K_schema), rec_str(r, K_name),
                          attributes.at[i].rec);
    return pen_comment(p, r, "TYPE {schema.name}");
}

bool compile_create_range_type(struct pen *p, const struct rec *r)
{
    put_form(p, r,
             "CREATE TYPE {schema.name} AS RANGE (SUBTYPE = {subtype}"
             "[opclass:, SUBTYPE_OPCLASS = {opclass}]");
    if (rec_has(r, K_collate)) {
        put(p, ", COLLATION = ");
        put_collation(p, rec_str(r, K_collate));
    }
    put_form(p, r,
             "[canonical:, CANONICAL = {canonical}]"
             "[subtype_diff:, SUBTYPE_DIFF = {subtype_diff}]");
    if (rec_has(r, K_multirange_name)) {
        put(p, ", MULTIRANGE_TYPE_NAME = ");
        put_name(p, rec_str(r, K_schema), rec_str(r, K_multirange_name));
    }
    put(p, ")");
    pen_end(p, 0);
    return pen_comment(p, r, "TYPE {schema.name}");
}

bool compile_create_base_type(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r, "CREATE TYPE {schema.name}[definition: ({definition})]");
    return pen_comment(p, r, "TYPE {schema.name}");
}

FORM(drop_type, "DROP TYPE[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_type, "ALTER TYPE {schema.name} RENAME TO {new_name}")

bool compile_add_attribute(struct pen *p, const struct rec *r)
{
    const struct rec *attribute = rec_at(r, K_attribute)->rec;
    put_form(p, r, "ALTER TYPE {schema.type} ADD ATTRIBUTE ");
    put_attribute(p, attribute);
    put_form(p, r, "[cascade: CASCADE]");
    pen_end(p, 0);
    return attribute_comment(p, rec_str(r, K_schema), rec_str(r, K_type), attribute);
}

FORM(drop_attribute,
     "ALTER TYPE {schema.type} DROP ATTRIBUTE[if_exists: IF EXISTS] {name}"
     "[cascade: CASCADE]")

bool compile_alter_attribute(struct pen *p, const struct rec *r)
{
    put_form(p, r, "ALTER TYPE {schema.type} ALTER ATTRIBUTE {name} TYPE {new_type}");
    if (rec_has(r, K_collate)) {
        put(p, " COLLATE ");
        put_collation(p, rec_str(r, K_collate));
    }
    put_form(p, r, "[cascade: CASCADE]");
    return pen_end(p, 0);
}

FORM(rename_attribute,
     "ALTER TYPE {schema.type} RENAME ATTRIBUTE {name} TO {new_name}[cascade: CASCADE]")
