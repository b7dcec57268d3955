/* The name that PostgreSQL chooses when a statement gives none: TABLE_COLUMNS_LABEL, as
 * ChooseIndexName, ChooseConstraintName and FigureColname of the server make it. */
#include "plan/chosen.h"

#include "base/utf8.h"
#include "plan/quote.h"
#include "plan/write.h"

#include <cjson/cJSON.h>
#include <pg_query.h>
#include <string.h>

static const cJSON *get(const cJSON *node, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(node, key);
}

static const char *text(const cJSON *node, const char *key)
{
    const cJSON *v = get(node, key);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

static bool is_text(const cJSON *node, const char *key, const char *value)
{
    const char *v = text(node, key);
    return v && strcmp(v, value) == 0;
}

static const cJSON *last(const cJSON *list)
{
    return cJSON_GetArrayItem(list, cJSON_GetArraySize(list) - 1);
}

/* The last name of a list of String nodes, NULL when it ends otherwise (t.*). */
static const char *last_name(const cJSON *list)
{
    return text(get(last(list), "String"), "sval");
}

/* ---- names of expressions -------------------------------------------------------- */

/* How much a name says: a stronger one below a cast or CASE wins over theirs. */
enum strength { SAYS_NOTHING, SAYS_TYPE, SAYS_NAME };

static enum strength expression_name(const cJSON *node, const char **name);

static enum strength named(const char *is, enum strength strength, const char **name)
{
    if (!is)
        return SAYS_NOTHING;
    *name = is;
    return strength;
}

static enum strength below_or(const cJSON *below, const char *otherwise,
                              const char **name)
{
    enum strength strength = expression_name(below, name);
    return strength > SAYS_TYPE ? strength : named(otherwise, SAYS_TYPE, name);
}

/* CURRENT_DATE and its like: SVFOP_CURRENT_TIMESTAMP_N is current_timestamp. */
static const char *value_function(const char *op)
{
    static const char *const names[] = {
        "current_date",    "current_timestamp", "current_time", "localtimestamp",
        "localtime",       "current_role",      "current_user", "session_user",
        "current_catalog", "current_schema",    "user"};
    for (size_t i = 0; op && i < sizeof names / sizeof *names; i++)
        if (strncasecmp(op + strlen("SVFOP_"), names[i], strlen(names[i])) == 0)
            return names[i];
    return NULL;
}

static enum strength expression_name(const cJSON *node, const char **name)
{
    static const struct {
        const char *kind, *name;
    } fixed[] = {
        {"CoalesceExpr", "coalesce"},
        {"A_ArrayExpr", "array"},
        {"RowExpr", "row"},
        {"GroupingFunc", "grouping"},
        {"XmlSerialize", "xmlserialize"},
    };
    const cJSON *body = node ? node->child : NULL;
    const char *kind = body ? body->string : NULL;
    if (!kind)
        return SAYS_NOTHING;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(kind, fixed[i].kind) == 0)
            return named(fixed[i].name, SAYS_NAME, name);
    if (strcmp(kind, "ColumnRef") == 0)
        return named(last_name(get(body, "fields")), SAYS_NAME, name);
    if (strcmp(kind, "FuncCall") == 0)
        return named(last_name(get(body, "funcname")), SAYS_NAME, name);
    if (strcmp(kind, "A_Indirection") == 0) {
        const char *field = last_name(get(body, "indirection"));
        return field ? named(field, SAYS_NAME, name)
                     : expression_name(get(body, "arg"), name);
    }
    if (strcmp(kind, "TypeCast") == 0)
        return below_or(get(body, "arg"), last_name(get(get(body, "typeName"), "names")),
                        name);
    if (strcmp(kind, "CaseExpr") == 0)
        return below_or(get(body, "defresult"), "case", name);
    if (strcmp(kind, "CollateClause") == 0)
        return expression_name(get(body, "arg"), name);
    if (strcmp(kind, "MinMaxExpr") == 0)
        return named(is_text(body, "op", "IS_LEAST") ? "least" : "greatest", SAYS_NAME,
                     name);
    if (strcmp(kind, "A_Expr") == 0 && is_text(body, "kind", "AEXPR_NULLIF"))
        return named("nullif", SAYS_NAME, name);
    if (strcmp(kind, "SQLValueFunction") == 0)
        return named(value_function(text(body, "op")), SAYS_NAME, name);
    return SAYS_NOTHING;
}

/* ---- names of keys --------------------------------------------------------------- */

/* Columns of an index have names of their own: expr, expr1, expr2. */
static void add_index_column(struct strs *list, const char *name, struct arena *a)
{
    str base = str_of(name), unique = base;
    for (int i = 1; strs_has(list, unique); i++) {
        str number = str_fmt(a, "%d", i);
        size_t keep = utf8_floor(base, IDENT_BYTES - number.n);
        unique = str_fmt(a, "%.*s%.*s", (int)keep, base.p, STR_ARG(number));
    }
    strs_add(list, str_copy(a, unique), a);
}

static void add_elements(struct strs *list, const cJSON *elements, struct arena *a)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, elements) {
        const cJSON *pair = get(get(item, "List"), "items"); /* of an exclusion */
        const cJSON *element =
            get(pair ? cJSON_GetArrayItem(pair, 0) : item, "IndexElem");
        const char *name =
            element ? text(element, "name") : text(get(item, "String"), "sval");
        if (!name && expression_name(get(element, "expr"), &name) == SAYS_NOTHING)
            name = "expr";
        add_index_column(list, name, a);
    }
}

/* The columns that an expression reads, each once. */
static void add_columns_read(struct strs *list, const cJSON *node, struct arena *a)
{
    const cJSON *child;
    const char *column = last_name(get(get(node, "ColumnRef"), "fields"));
    if (column && !strs_has(list, str_of(column)))
        strs_add(list, str_copy(a, str_of(column)), a);
    cJSON_ArrayForEach(child, node)
        add_columns_read(list, child, a);
}

/* a_b_c; the server stops when it has more than any name can hold. */
static str joined(const struct strs *list, struct arena *a)
{
    struct buf b = buf_in(a);
    for (size_t i = 0; i < list->n && b.n < IDENT_BYTES + 1; i++) {
        if (b.n)
            buf_char(&b, '_');
        buf_str(&b, list->at[i]);
    }
    return buf_done(&b);
}

/* ---- statements ------------------------------------------------------------------- */

static const char *constraint_keys(struct strs *list, const cJSON *c, struct arena *a)
{
    if (is_text(c, "contype", "CONSTR_PRIMARY"))
        return "pkey";
    if (is_text(c, "contype", "CONSTR_CHECK")) {
        add_columns_read(list, get(c, "raw_expr"), a);
        if (list->n != 1)
            list->n = 0;
        return "check";
    }
    if (is_text(c, "contype", "CONSTR_FOREIGN")) {
        add_elements(list, get(c, "fk_attrs"), a);
        return "fkey";
    }
    bool unique = is_text(c, "contype", "CONSTR_UNIQUE");
    add_elements(list, get(c, unique ? "keys" : "exclusions"), a);
    add_elements(list, get(c, "including"), a);
    return unique ? "key" : "excl";
}

static str name_of(const cJSON *stmt, struct arena *a)
{
    struct strs list = {0};
    const cJSON *index = get(stmt, "IndexStmt"), *domain = get(stmt, "AlterDomainStmt");
    if (index) {
        add_elements(&list, get(index, "indexParams"), a);
        add_elements(&list, get(index, "indexIncludingParams"), a);
        return default_name(str_of(text(get(index, "relation"), "relname")),
                            joined(&list, a), "idx", a);
    }
    if (domain)
        return default_name(str_of(last_name(get(domain, "typeName"))), STR_NONE, "check",
                            a);
    const cJSON *table = get(stmt, "AlterTableStmt");
    const cJSON *cmd = get(cJSON_GetArrayItem(get(table, "cmds"), 0), "AlterTableCmd");
    const cJSON *constraint = get(get(cmd, "def"), "Constraint");
    if (!constraint || get(constraint, "indexname"))
        return STR_NONE;
    const char *label = constraint_keys(&list, constraint, a);
    return default_name(str_of(text(get(table, "relation"), "relname")), joined(&list, a),
                        label, a);
}

str chosen_name(const struct op *op, struct arena *a)
{
    struct compile_context context = {.autocommit = true, .shown = true};
    struct stmt_list list = {0};
    struct err e = {0};
    str name = STR_NONE;
    if (op_compile(op, &context, &list, a, &e)) {
        /* what an index that is built concurrently needs stands around it */
        for (size_t i = 0; i < list.n && !name.p; i++) {
            PgQueryParseResult parsed = pg_query_parse(list.at[i].sql.p);
            cJSON *tree = parsed.error ? NULL : cJSON_Parse(parsed.parse_tree);
            pg_query_free_parse_result(parsed);
            name = name_of(get(cJSON_GetArrayItem(get(tree, "stmts"), 0), "stmt"), a);
            cJSON_Delete(tree);
        }
    }
    err_clear(&e);
    return name;
}

/* What a form writes, as a literal. */
static str form_literal(struct pen *p, const struct rec *r, const char *form)
{
    struct pen side = *p;
    struct buf literal = buf_in(p->a);
    side.b = buf_in(p->a);
    put_form(&side, r, form);
    p->ok = side.ok;
    quote_literal(&literal, buf_done(&side.b));
    return buf_done(&literal);
}

/* A number makes a name that is full shorter elsewhere: TABLE and COLUMNS lose what it
 * takes, the longer one first. The name without its number, which has `digits` digits. */
static str numbered(str name, str table, size_t digits, struct arena *a)
{
    size_t label = str_rfind(name, '_'), n1 = table.n < label ? table.n : label;
    while (n1 && !(str_starts(name, str_cut(table, 0, n1)) && name.p[n1] == '_'))
        n1--;
    if (n1 == 0 || name.n + digits <= IDENT_BYTES)
        return name;
    size_t n2 = label > n1 ? label - n1 - 1 : 0, from = n1 + 1;
    for (size_t over = name.n + digits - IDENT_BYTES; over; over--) {
        if (n1 > n2)
            n1--;
        else
            n2--;
    }
    n1 = utf8_floor(name, n1);
    n2 = utf8_floor(str_cut(name, from, label), n2);
    return str_fmt(a, "%.*s%s%.*s%.*s", (int)n1, name.p, n2 ? "_" : "", (int)n2,
                   name.p + from, STR_ARG(str_cut(name, label, name.n)));
}

/* 'a', 'b': the names, numbers apart, that the server may have chosen. */
static str candidates(struct pen *p, const struct rec *r)
{
    const struct field *f = shape_field(r->shape, STR("table"));
    str name = rec_str(r, K_name), before = name;
    str table = rec_str(r, f ? K_table : K_domain);
    struct buf b = buf_in(p->a);
    quote_literal(&b, name);
    for (size_t digits = 1; digits <= 2; digits++) {
        str other = numbered(name, table, digits, p->a);
        if (!str_eq(other, before)) {
            buf_put(&b, ", ");
            quote_literal(&b, other);
        }
        before = other;
    }
    return buf_done(&b);
}

bool pen_drop_chosen(struct pen *p, const struct rec *r, const struct chosen_drop *d)
{
    str owner = form_literal(p, r, d->owner), drop = form_literal(p, r, d->drop);
    str ending = form_literal(p, r, d->ending);
    struct buf body = buf_in(p->a), name = buf_in(p->a);
    if (!p->ok || !(p->ok = ident_check(rec_str(r, K_name), p->e)))
        return false;
    quote_literal(&name, rec_str(r, K_name));
    str base = buf_done(&name);
    buf_fmt(&body,
            "\nDECLARE\n    newest constant text := (SELECT x.name FROM (%s = "
            "%.*s::pg_catalog.%s)\n        AS x(name, oid) WHERE "
            "pg_catalog.rtrim(x.name, '0123456789') IN (%.*s)\n"
            "        ORDER BY x.oid DESC LIMIT 1);\n"
            "BEGIN\n    EXECUTE %.*s || pg_catalog.quote_ident(coalesce(newest, %.*s))",
            d->among, STR_ARG(owner), d->type, STR_ARG(candidates(p, r)), STR_ARG(drop),
            STR_ARG(base));
    if (ending.n > strlen("''"))
        buf_fmt(&body, " || %.*s", STR_ARG(ending));
    buf_put(&body, ";\nEND");
    put(p, "DO ");
    quote_dollar(&p->b, buf_done(&body));
    return pen_end(p, 0);
}
