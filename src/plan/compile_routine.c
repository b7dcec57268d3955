/* Functions, procedures, aggregates. */
#include "plan/quote.h"
#include "plan/write.h"

#include <ctype.h>
#include <strings.h>

/* The first words of a body, comments not looked through. */
static bool opens_with(str body, const char *words)
{
    body = str_trim(body);
    size_t i = 0;
    for (; *words; words++) {
        if (*words == ' ') {
            if (i >= body.n || !isspace((unsigned char)body.p[i]))
                return false;
            while (i < body.n && isspace((unsigned char)body.p[i]))
                i++;
        } else if (i >= body.n || tolower((unsigned char)body.p[i++]) != *words) {
            return false;
        }
    }
    return i == body.n || !(isalnum((unsigned char)body.p[i]) || body.p[i] == '_');
}

/* A body of the SQL standard: parsed when the function is created (PostgreSQL 14). */
static bool is_standard_body(const struct rec *r)
{
    str body = rec_str(r, K_body);
    return (!rec_has(r, K_language) || str_is(rec_str(r, K_language), "sql")) &&
           (opens_with(body, "begin atomic") || opens_with(body, "return"));
}

static void put_language(struct pen *p, const struct rec *r)
{
    str body = rec_str(r, K_body);
    bool block = !is_standard_body(r) &&
                 (opens_with(body, "begin") || opens_with(body, "declare") ||
                  str_starts(str_trim(body), STR("<<")));
    put_form(p, r, "\nLANGUAGE [language:{language}]");
    if (!rec_has(r, K_language))
        put(p, block ? "plpgsql" : "sql");
    struct list types = rec_list(r, K_transform);
    for (size_t i = 0; i < types.n; i++) {
        put(p, i == 0 ? " TRANSFORM FOR TYPE " : ", FOR TYPE ");
        put_sql(p, types.at[i].s, "transform");
    }
}

static void put_set(struct pen *p, const struct rec *r)
{
    const struct val *set = rec_at(r, K_set);
    if (set->kind == VAL_MAP)
        put_settings(p, &set->map);
}

static void put_body(struct pen *p, const struct rec *r)
{
    str body = rec_str(r, K_body);
    if (!p->ok || !(p->ok = text_check(body, "the body", p->e)))
        return;
    put(p, "\n");
    if (is_standard_body(r)) {
        put_sql(p, body, "the body");
        return;
    }
    put(p, "AS ");
    str language = rec_str(r, K_language);
    if (str_is(language, "c") || str_is(language, "internal"))
        quote_literal(&p->b, body); /* the name of a library or of a built-in function */
    else
        quote_dollar(&p->b, body);
    put_form(p, r, "[symbol:, {symbol}]");
}

static void put_arguments(struct pen *p, const struct rec *r)
{
    str arguments = str_trim(rec_str(r, K_arguments));
    put(p, "(");
    if (arguments.n)
        put_sql(p, arguments, "arguments");
    put(p, ")");
}

/* " FUNCTION s.f(types)", for statements about a function that exists. */
static void put_routine(struct pen *p, const struct rec *r, const char *kind)
{
    put(p, kind);
    put_form(p, r, " {schema.name}");
    put_signature(p, rec_str(r, K_arguments));
}

static bool routine_comment(struct pen *p, const struct rec *r, const char *kind)
{
    if (!rec_has(r, K_comment))
        return p->ok;
    put(p, "COMMENT ON ");
    put_routine(p, r, kind);
    put_form(p, r, " IS {comment}");
    return pen_end(p, 0);
}

static bool drop_routine(struct pen *p, const struct rec *r, const char *kind)
{
    put(p, "DROP ");
    put(p, kind);
    put_form(p, r, "[if_exists: IF EXISTS] {schema.name}");
    if (rec_has(r, K_arguments))
        put_signature(p, rec_str(r, K_arguments));
    put_form(p, r, "[cascade: CASCADE]");
    return pen_end(p, 0);
}

static bool rename_routine(struct pen *p, const struct rec *r, const char *kind)
{
    put(p, "ALTER ");
    put_routine(p, r, kind);
    put_form(p, r, " RENAME TO {new_name}");
    return pen_end(p, 0);
}

/* cost and rows take a fraction, too, so that their fields are values of any kind. */
static bool check_estimates(struct pen *p, const struct rec *r)
{
    static const enum key keys[] = {K_cost, K_rows};
    for (size_t i = 0; i < 2; i++) {
        enum val_kind kind = rec_at(r, keys[i])->kind;
        if (kind != VAL_NONE && kind != VAL_INT && kind != VAL_NUM)
            return pen_fail(p, "%s must be a number", key_word(keys[i]).p);
    }
    return true;
}

bool compile_create_function(struct pen *p, const struct rec *r)
{
    if (!check_estimates(p, r))
        return false;
    put_form(p, r, "CREATE[or_replace: OR REPLACE] FUNCTION {schema.name}");
    put_arguments(p, r);
    put_form(p, r, "[returns: RETURNS {returns}]");
    put_language(p, r);
    put_form(p, r,
             "[window: WINDOW][volatility: {volatility}][strict: STRICT]"
             "[leakproof: LEAKPROOF][security: SECURITY {security}]"
             "[parallel: PARALLEL {parallel}][cost: COST {cost}][rows: ROWS {rows}]"
             "[support: SUPPORT {support}]");
    put_set(p, r);
    put_body(p, r);
    pen_end(p, 0);
    return routine_comment(p, r, "FUNCTION");
}

bool compile_drop_function(struct pen *p, const struct rec *r)
{
    return drop_routine(p, r, "FUNCTION");
}

bool compile_rename_function(struct pen *p, const struct rec *r)
{
    return rename_routine(p, r, "FUNCTION");
}

static void put_flag(struct pen *p, const struct rec *r, enum key k, const char *yes,
                     const char *no)
{
    if (rec_has(r, k))
        put(p, rec_bool(r, k) ? yes : no);
}

bool compile_alter_function(struct pen *p, const struct rec *r)
{
    if (!check_estimates(p, r))
        return false;
    put(p, "ALTER ");
    put_routine(p, r, "FUNCTION");
    size_t before = p->b.n;
    put_form(p, r, "[volatility: {volatility}]");
    put_flag(p, r, K_strict, " STRICT", " CALLED ON NULL INPUT");
    put_flag(p, r, K_leakproof, " LEAKPROOF", " NOT LEAKPROOF");
    put_form(p, r,
             "[security: SECURITY {security}][parallel: PARALLEL {parallel}]"
             "[cost: COST {cost}][rows: ROWS {rows}][support: SUPPORT {support}]");
    put_set(p, r);
    return p->b.n > before ? pen_end(p, 0) : pen_fail(p, "nothing to change");
}

bool compile_create_procedure(struct pen *p, const struct rec *r)
{
    put_form(p, r, "CREATE[or_replace: OR REPLACE] PROCEDURE {schema.name}");
    put_arguments(p, r);
    put_language(p, r);
    put_form(p, r, "[security: SECURITY {security}]");
    put_set(p, r);
    put_body(p, r);
    pen_end(p, 0);
    return routine_comment(p, r, "PROCEDURE");
}

bool compile_drop_procedure(struct pen *p, const struct rec *r)
{
    return drop_routine(p, r, "PROCEDURE");
}

bool compile_rename_procedure(struct pen *p, const struct rec *r)
{
    return rename_routine(p, r, "PROCEDURE");
}

bool compile_alter_procedure(struct pen *p, const struct rec *r)
{
    put(p, "ALTER ");
    put_routine(p, r, "PROCEDURE");
    size_t before = p->b.n;
    put_form(p, r, "[security: SECURITY {security}]");
    put_set(p, r);
    return p->b.n > before ? pen_end(p, 0) : pen_fail(p, "nothing to change");
}

bool compile_create_aggregate(struct pen *p, const struct rec *r)
{
    put_form(
        p, r,
        "CREATE[or_replace: OR REPLACE] AGGREGATE {schema.name}({arguments}) (\n"
        "    SFUNC = {sfunc},\n    STYPE = {stype}"
        "[sspace:,\n    SSPACE = {sspace}][finalfunc:,\n    FINALFUNC = {finalfunc}]"
        "[finalfunc_extra:,\n    FINALFUNC_EXTRA]"
        "[finalfunc_modify:,\n    FINALFUNC_MODIFY = {finalfunc_modify}]"
        "[combinefunc:,\n    COMBINEFUNC = {combinefunc}]"
        "[serialfunc:,\n    SERIALFUNC = {serialfunc}]"
        "[deserialfunc:,\n    DESERIALFUNC = {deserialfunc}]"
        "[initcond:,\n    INITCOND = {initcond}][msfunc:,\n    MSFUNC = {msfunc}]"
        "[minvfunc:,\n    MINVFUNC = {minvfunc}][mstype:,\n    MSTYPE = {mstype}]"
        "[msspace:,\n    MSSPACE = {msspace}]"
        "[mfinalfunc:,\n    MFINALFUNC = {mfinalfunc}]"
        "[mfinalfunc_extra:,\n    MFINALFUNC_EXTRA]"
        "[mfinalfunc_modify:,\n    MFINALFUNC_MODIFY = {mfinalfunc_modify}]"
        "[minitcond:,\n    MINITCOND = {minitcond}][sortop:,\n    SORTOP = {sortop}]"
        "[parallel:,\n    PARALLEL = {parallel}][hypothetical:,\n    HYPOTHETICAL]\n)");
    pen_end(p, 0);
    return pen_comment(p, r, "AGGREGATE {schema.name}({arguments})");
}

FORM(drop_aggregate,
     "DROP AGGREGATE[if_exists: IF EXISTS] {schema.name}({arguments})[cascade: CASCADE]")
FORM(rename_aggregate, "ALTER AGGREGATE {schema.name}({arguments}) RENAME TO {new_name}")
