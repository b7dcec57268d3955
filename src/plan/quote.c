#include "plan/quote.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Keywords that quote_ident quotes: all but the unreserved (pg_get_keywords() of
 * PostgreSQL 15, and what became reserved later). Sorted bytewise. */
/* clang-format off */
static const char *const keywords[] = {
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
    "authorization", "between", "bigint", "binary", "bit", "boolean", "both", "case",
    "cast", "char", "character", "check", "coalesce", "collate", "collation", "column",
    "concurrently", "constraint", "create", "cross", "current_catalog", "current_date",
    "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "dec", "decimal", "default", "deferrable", "desc", "distinct",
    "do", "else", "end", "except", "exists", "extract", "false", "fetch", "float",
    "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group",
    "grouping", "having", "ilike", "in", "initially", "inner", "inout", "int",
    "integer", "intersect", "interval", "into", "is", "isnull", "join", "lateral",
    "leading", "least", "left", "like", "limit", "localtime", "localtimestamp",
    "national", "natural", "nchar", "none", "normalize", "not", "notnull", "null",
    "nullif", "numeric", "offset", "on", "only", "or", "order", "out", "outer",
    "overlaps", "overlay", "placing", "position", "precision", "primary", "real",
    "references", "returning", "right", "row", "select", "session_user", "setof",
    "similar", "smallint", "some", "substring", "symmetric", "system_user", "table",
    "tablesample", "then", "time", "timestamp", "to", "trailing", "treat", "trim",
    "true", "union", "unique", "user", "using", "values", "varchar", "variadic",
    "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat",
    "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi",
    "xmlroot", "xmlserialize", "xmltable",
};
/* clang-format on */

static int keyword_cmp(const void *key, const void *element)
{
    const str *word = key;
    return str_cmp(*word, str_of(*(const char *const *)element));
}

static bool is_keyword(str word)
{
    return bsearch(&word, keywords, sizeof keywords / sizeof *keywords, sizeof *keywords,
                   keyword_cmp) != NULL;
}

static bool is_bare(str name)
{
    if (name.n == 0 || (name.p[0] >= '0' && name.p[0] <= '9'))
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return !is_keyword(name);
}

void quote_ident(struct buf *b, str name)
{
    if (is_bare(name)) {
        buf_str(b, name);
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, name.p[i]);
    }
    buf_char(b, '"');
}

void quote_name(struct buf *b, str schema, str name)
{
    if (schema.n) {
        quote_ident(b, schema);
        buf_char(b, '.');
    }
    quote_ident(b, name);
}

void quote_literal(struct buf *b, str text)
{
    if (str_find(text, '\\') < text.n)
        buf_char(b, 'E');
    buf_char(b, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'' || text.p[i] == '\\')
            buf_char(b, text.p[i]);
        buf_char(b, text.p[i]);
    }
    buf_char(b, '\'');
}

void quote_element(struct buf *b, str text)
{
    buf_char(b, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            buf_char(b, '\\');
        buf_char(b, text.p[i]);
    }
    buf_char(b, '"');
}

/* Whether $tag$ occurs in the text, or its end would run into the closing tag. */
static bool tag_clashes(str text, str tag)
{
    return str_index(text, tag) < text.n ||
           (text.n && str_eq(tag, STR("$$")) && text.p[text.n - 1] == '$');
}

void quote_dollar(struct buf *b, str text)
{
    str tag = STR("$$");
    for (int i = 1; tag_clashes(text, tag); i++)
        tag = i == 1 ? STR("$body$") : str_fmt(b->arena, "$body%d$", i);
    buf_str(b, tag);
    buf_str(b, text);
    buf_str(b, tag);
}

bool text_check(str text, const char *what, struct err *e)
{
    if (text.n && memchr(text.p, 0, text.n))
        return err_set(e, ERR_FAILED,
                       "%s holds a NUL byte, which PostgreSQL cannot store", what);
    for (size_t i = 0; i < text.n;) {
        size_t n = utf8_length(text, i);
        if (n == 0)
            return err_set(e, ERR_FAILED, "%s is not UTF-8: byte 0x%02x at position %zu",
                           what, (unsigned)(unsigned char)text.p[i], i + 1);
        i += n;
    }
    return true;
}

bool ident_check(str name, struct err *e)
{
    if (name.n == 0)
        return err_set(e, ERR_FAILED, "a name is empty");
    if (!text_check(name, "a name", e))
        return false;
    if (name.n > IDENT_BYTES)
        return err_set(e, ERR_FAILED,
                       "the name \"%.*s\" has %zu bytes; PostgreSQL keeps %d of them",
                       STR_ARG(name), name.n, IDENT_BYTES);
    return true;
}

/* The quoted name at the start of *list, which then begins behind it; false when the
 * quote does not end. */
static bool quoted_name(str *list, str *name, struct arena *a)
{
    struct buf b = buf_in(a);
    size_t i = 1;
    for (; i < list->n; i++) {
        if (list->p[i] == '"' && (++i == list->n || list->p[i] != '"')) {
            *list = str_cut(*list, i, list->n);
            *name = buf_done(&b);
            return true;
        }
        buf_char(&b, list->p[i]);
    }
    return false;
}

static bool plain_name(str *list, str *name, struct arena *a)
{
    size_t end = str_find(*list, ',');
    str text = str_trim(str_cut(*list, 0, end));
    struct buf b = buf_in(a);
    for (size_t i = 0; i < text.n; i++)
        buf_char(&b, text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] + 'a' - 'A')
                                                          : text.p[i]);
    *list = str_cut(*list, end, list->n);
    *name = buf_done(&b);
    return name->n > 0;
}

bool name_list_next(str *rest, str *name, bool *quoted, struct arena *a)
{
    str list = str_trim(*rest), found;
    *rest = list;
    if (list.n == 0)
        return false;
    *quoted = list.p[0] == '"';
    if (!(*quoted ? quoted_name : plain_name)(&list, &found, a))
        return false;
    list = str_trim(list);
    if (list.n) {
        bool comma = list.p[0] == ',';
        list = str_trim(str_cut(list, 1, list.n));
        if (!comma || list.n == 0)
            return false;
    }
    *name = found;
    *rest = list;
    return true;
}
