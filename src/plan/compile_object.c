/* Statistics, collations, casts, conversions, operators, languages. */
#include "plan/write.h"

bool compile_create_statistics(struct pen *p, const struct rec *r)
{
    str schema = rec_str(r, rec_has(r, K_table_schema) ? K_table_schema : K_schema);
    if (!rec_has(r, K_name) && p->c->server_version && p->c->server_version < 160000)
        return pen_fail(p, "a statistics object without a name needs PostgreSQL 16");
    if (!rec_has(r, K_name) && (rec_has(r, K_statistics) || rec_has(r, K_comment) ||
                                rec_bool(r, K_if_not_exists)))
        return pen_fail(p, "statistics, comment and if_not_exists need a name");
    struct list keys = rec_list(r, K_keys);
    for (size_t i = 0; i < keys.n; i++) {
        const struct rec *k = keys.at[i].rec;
        if (rec_has(k, K_collate) || rec_has(k, K_opclass) || rec_has(k, K_order) ||
            rec_has(k, K_nulls))
            return pen_fail(
                p, "key %zu may be a column or an expression, without options", i + 1);
    }
    put_form(p, r,
             "CREATE STATISTICS[if_not_exists: IF NOT EXISTS]"
             "[name: {schema.name}][kinds: ({kinds})] ON ");
    put_keys(p, keys);
    put(p, " FROM ");
    put_name(p, schema, rec_str(r, K_table));
    pen_end(p, 0);
    if (rec_has(r, K_statistics))
        pen_stmt(p, r, "ALTER STATISTICS {schema.name} SET STATISTICS {statistics}");
    return pen_comment(p, r, "STATISTICS {schema.name}");
}

FORM(drop_statistics,
     "DROP STATISTICS[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_statistics, "ALTER STATISTICS {schema.name} RENAME TO {new_name}")
FORM(alter_statistics, "ALTER STATISTICS {schema.name} SET STATISTICS {statistics}")

/* One definition of a list in parentheses. */
static void definition(struct pen *p, const struct rec *r, bool *first, const char *form,
                       enum key k)
{
    if (!rec_has(r, k))
        return;
    buf_sep(&p->b, first, ", ");
    put_form(p, r, form);
}

bool compile_create_collation(struct pen *p, const struct rec *r)
{
    bool first = true;
    put_form(p, r, "CREATE COLLATION[if_not_exists: IF NOT EXISTS] {schema.name}");
    if (rec_has(r, K_copy)) {
        put(p, " FROM ");
        put_collation(p, rec_str(r, K_copy));
    } else {
        needs_version(p, r, K_rules, 160000);
        put(p, " (");
        definition(p, r, &first, "PROVIDER = {provider}", K_provider);
        definition(p, r, &first, "LOCALE = {locale}", K_locale);
        definition(p, r, &first, "LC_COLLATE = {lc_collate}", K_lc_collate);
        definition(p, r, &first, "LC_CTYPE = {lc_ctype}", K_lc_ctype);
        definition(p, r, &first, "DETERMINISTIC = {deterministic}", K_deterministic);
        definition(p, r, &first, "RULES = {rules}", K_rules);
        definition(p, r, &first, "VERSION = {version}", K_version);
        put(p, ")");
        if (first)
            return pen_fail(p,
                            "a collation needs locale, lc_collate and lc_ctype, or copy");
    }
    pen_end(p, 0);
    return pen_comment(p, r, "COLLATION {schema.name}");
}

FORM(drop_collation,
     "DROP COLLATION[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_collation, "ALTER COLLATION {schema.name} RENAME TO {new_name}")
FORM(refresh_collation_version, "ALTER COLLATION {schema.name} REFRESH VERSION")

bool compile_create_cast(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_func) && rec_bool(r, K_inout))
        return pen_fail(p, "func and inout exclude each other");
    pen_stmt(p, r,
             "CREATE CAST ({source} AS {target}) "
             "[func:WITH FUNCTION {func}][!func:[inout:WITH INOUT]"
             "[!inout:WITHOUT FUNCTION]][context: AS {context}]");
    return pen_comment(p, r, "CAST ({source} AS {target})");
}

FORM(drop_cast,
     "DROP CAST[if_exists: IF EXISTS] ({source} AS {target})[cascade: CASCADE]")

bool compile_create_conversion(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE[default: DEFAULT] CONVERSION {schema.name} FOR {source} TO {target} "
             "FROM {func}");
    return pen_comment(p, r, "CONVERSION {schema.name}");
}

FORM(drop_conversion,
     "DROP CONVERSION[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_conversion, "ALTER CONVERSION {schema.name} RENAME TO {new_name}")

/* ---- operators ---------------------------------------------------------------- */

bool compile_create_operator(struct pen *p, const struct rec *r)
{
    put_form(p, r, "CREATE OPERATOR [schema:{schema}.]");
    put_operator(p, rec_str(r, K_name));
    pen_stmt(p, r,
             " (FUNCTION = {func}"
             "[left:, LEFTARG = {left}], RIGHTARG = {right}"
             "[commutator:, COMMUTATOR = {commutator}][negator:, NEGATOR = {negator}]"
             "[restrict:, RESTRICT = {restrict}][join:, JOIN = {join}]"
             "[hashes:, HASHES][merges:, MERGES])");
    return pen_comment(p, r,
                       "OPERATOR [schema:{schema}.]{name} ([left:{left}][!left:NONE], "
                       "{right})");
}

bool compile_drop_operator(struct pen *p, const struct rec *r)
{
    put_form(p, r, "DROP OPERATOR[if_exists: IF EXISTS] [schema:{schema}.]");
    put_operator(p, rec_str(r, K_name));
    return pen_stmt(p, r, " ([left:{left}][!left:NONE], {right})[cascade: CASCADE]");
}

/* , KEY = function; NONE for what op.NULL takes away */
static void put_estimator(struct pen *p, const struct rec *r, enum key k, bool *first)
{
    if (!rec_has(r, k))
        return;
    buf_sep(&p->b, first, ", ");
    put_word(p, key_word(k));
    put(p, " = ");
    if (rec_at(r, k)->kind == VAL_NULL)
        put(p, "NONE");
    else
        put_sql(p, rec_str(r, k), key_word(k).p);
}

bool compile_alter_operator(struct pen *p, const struct rec *r)
{
    bool first = true;
    if (!rec_has(r, K_restrict) && !rec_has(r, K_join))
        return pen_fail(p, "nothing to change: give restrict or join");
    put_form(p, r, "ALTER OPERATOR [schema:{schema}.]");
    put_operator(p, rec_str(r, K_name));
    put_form(p, r, " ([left:{left}][!left:NONE], {right}) SET (");
    put_estimator(p, r, K_restrict, &first);
    put_estimator(p, r, K_join, &first);
    put(p, ")");
    return pen_end(p, 0);
}

bool compile_create_operator_family(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r, "CREATE OPERATOR FAMILY {schema.name} USING {using}");
    if (rec_list(r, K_items).n)
        pen_stmt(p, r, "ALTER OPERATOR FAMILY {schema.name} USING {using} ADD {items}");
    return pen_comment(p, r, "OPERATOR FAMILY {schema.name} USING {using}");
}

FORM(drop_operator_family, "DROP OPERATOR FAMILY[if_exists: IF EXISTS] {schema.name} "
                           "USING {using}[cascade: CASCADE]")
FORM(rename_operator_family,
     "ALTER OPERATOR FAMILY {schema.name} USING {using} RENAME TO {new_name}")

bool compile_alter_operator_family(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_add) && !rec_has(r, K_drop))
        return pen_fail(p, "nothing to change: give add or drop");
    if (rec_has(r, K_drop))
        pen_stmt(p, r, "ALTER OPERATOR FAMILY {schema.name} USING {using} DROP {drop}");
    if (rec_has(r, K_add))
        pen_stmt(p, r, "ALTER OPERATOR FAMILY {schema.name} USING {using} ADD {add}");
    return p->ok;
}

bool compile_create_operator_class(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE OPERATOR CLASS {schema.name}[default: DEFAULT] FOR TYPE {type} "
             "USING {using}[family: FAMILY {family_schema.family}] AS {items}");
    return pen_comment(p, r, "OPERATOR CLASS {schema.name} USING {using}");
}

FORM(drop_operator_class, "DROP OPERATOR CLASS[if_exists: IF EXISTS] {schema.name} USING "
                          "{using}[cascade: CASCADE]")
FORM(rename_operator_class,
     "ALTER OPERATOR CLASS {schema.name} USING {using} RENAME TO {new_name}")

/* ---- languages, access methods, transforms ------------------------------------ */

bool compile_create_language(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_handler) && (rec_has(r, K_inline) || rec_has(r, K_validator)))
        return pen_fail(p, "inline and validator need handler");
    pen_stmt(p, r,
             "CREATE[or_replace: OR REPLACE][trusted: TRUSTED] LANGUAGE {name}"
             "[handler: HANDLER {handler}][inline: INLINE {inline}]"
             "[validator: VALIDATOR {validator}]");
    return pen_comment(p, r, "LANGUAGE {name}");
}

FORM(drop_language, "DROP LANGUAGE[if_exists: IF EXISTS] {name}[cascade: CASCADE]")
FORM(rename_language, "ALTER LANGUAGE {name} RENAME TO {new_name}")

bool compile_create_access_method(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r, "CREATE ACCESS METHOD {name} TYPE {type} HANDLER {handler}");
    return pen_comment(p, r, "ACCESS METHOD {name}");
}

FORM(drop_access_method,
     "DROP ACCESS METHOD[if_exists: IF EXISTS] {name}[cascade: CASCADE]")

bool compile_create_transform(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_from_sql) && !rec_has(r, K_to_sql))
        return pen_fail(p, "a transform needs from_sql, to_sql or both");
    put_form(p, r,
             "CREATE[or_replace: OR REPLACE] TRANSFORM FOR {type} LANGUAGE {language} ("
             "[from_sql:FROM SQL WITH FUNCTION {from_sql}]");
    if (rec_has(r, K_from_sql) && rec_has(r, K_to_sql))
        put(p, ", ");
    put_form(p, r, "[to_sql:TO SQL WITH FUNCTION {to_sql}])");
    pen_end(p, 0);
    return pen_comment(p, r, "TRANSFORM FOR {type} LANGUAGE {language}");
}

FORM(drop_transform, "DROP TRANSFORM[if_exists: IF EXISTS] FOR {type} LANGUAGE {language}"
                     "[cascade: CASCADE]")
