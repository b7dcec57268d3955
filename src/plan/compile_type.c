/* Types; for enum types see compile_enum.c. */
#include "plan/write.h"

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

bool compile_drop_domain_constraint(struct pen *p, const struct rec *r)
{
    static const struct chosen_drop chosen = {
        "SELECT conname, oid FROM pg_catalog.pg_constraint WHERE contypid",
        "ALTER DOMAIN {schema.domain} DROP CONSTRAINT[if_exists: IF EXISTS] ",
        "[cascade: CASCADE]", "{schema.domain}", "regtype"};
    if (rec_bool(r, K_chosen))
        return pen_drop_chosen(p, r, &chosen);
    return pen_stmt(p, r,
                    "ALTER DOMAIN {schema.domain} DROP CONSTRAINT[if_exists: IF EXISTS] "
                    "{name}[cascade: CASCADE]");
}

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
