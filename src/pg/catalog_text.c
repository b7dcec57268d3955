/* x IN ('a', 'b') of a varchar column, as it was written.
 *
 * PostgreSQL prints it as ((x)::text = ANY ((ARRAY['a'::character varying,
 * ...])::text[])). Read again, that text gives another tree, printed with a cast at each
 * element, and only this second print is stable. Written with IN again it gives the first
 * tree, so what is made from a catalog is equal to where it was read.
 */
#include "pg/catalog_read.h"

#include "plan/sqlscan.h"

#include <string.h>

struct scan {
    str text;
    size_t at;
};

static bool skip(struct scan *s, const char *word)
{
    if (!str_starts(str_cut(s->text, s->at, s->text.n), str_of(word)))
        return false;
    s->at += strlen(word);
    return true;
}

/* A quoted thing whose quote is doubled inside: 'it''s', "a""b". */
static bool skip_quoted(struct scan *s, char quote)
{
    if (s->at >= s->text.n || s->text.p[s->at] != quote)
        return false;
    for (s->at++; s->at < s->text.n; s->at++)
        if (s->text.p[s->at] == quote) {
            s->at++;
            if (s->at >= s->text.n || s->text.p[s->at] != quote)
                return true;
        }
    return false;
}

static bool is_word(char c)
{
    return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* column, or table.column */
static bool skip_name(struct scan *s)
{
    do {
        size_t from = s->at;
        if (s->at < s->text.n && s->text.p[s->at] == '"') {
            if (!skip_quoted(s, '"'))
                return false;
        } else {
            while (s->at < s->text.n && is_word(s->text.p[s->at]))
                s->at++;
        }
        if (s->at == from)
            return false;
    } while (skip(s, "."));
    return true;
}

static bool put_literal(struct scan *s, struct buf *b)
{
    size_t from = s->at;
    skip(s,
         "E"); /* with a backslash inside, which is doubled: quotes end it all the same */
    if (!skip_quoted(s, '\''))
        return false;
    buf_str(b, str_cut(s->text, from, s->at));
    return true;
}

/* 'a'::character varying, 'b'::character varying: `each` and `behind` surround a literal.
 * Returns how many there are. */
static size_t put_elements(struct scan *s, struct buf *b, const char *each,
                           const char *behind)
{
    size_t n = 0;
    do {
        if (n++)
            buf_put(b, ", ");
        if (!skip(s, each) || !put_literal(s, b) || !skip(s, behind))
            return 0;
    } while (skip(s, ", "));
    return n;
}

/* The comparison that starts at s->at, if it is one. */
static bool put_in(struct scan *s, struct buf *b, bool second)
{
    size_t from = s->at + 1;
    if (!skip(s, "(") || !skip_name(s))
        return false;
    buf_str(b, str_cut(s->text, from, s->at));
    if (!skip(s, ")::text "))
        return false;
    bool any = skip(s, "= ANY (");
    if (!any && !skip(s, "<> ALL ("))
        return false;
    bool first = skip(s, "(ARRAY[");
    if (!first && !(second && skip(s, "ARRAY[")))
        return false;
    struct buf list = buf_in(b->arena);
    size_t n = put_elements(s, &list, first ? "" : "(",
                            first ? "::character varying" : "::character varying)::text");
    str elements = buf_done(&list);
    if (n == 1) /* IN would be = */
        buf_fmt(b, " %s (ARRAY[%.*s::varchar])", any ? "= ANY" : "<> ALL",
                STR_ARG(elements));
    else
        buf_fmt(b, " %s (%.*s)", any ? "IN" : "NOT IN", STR_ARG(elements));
    return n && skip(s, first ? "])::text[])" : "])");
}

str text_as_written(str text, bool second, struct arena *a)
{
    if (str_index(text, STR(")::text ")) == text.n)
        return text;
    struct buf out = buf_in(a);
    struct scan s = {text, 0};
    while (s.at < text.n) {
        struct scan here = s;
        struct buf in = buf_in(a);
        if (put_in(&s, &in, second)) {
            buf_str(&out, buf_done(&in));
            continue;
        }
        s = here;
        char c = text.p[s.at];
        if ((c != '\'' && c != '"') || !skip_quoted(&s, c))
            s.at = here.at + 1;
        buf_str(&out, str_cut(text, here.at, s.at));
    }
    return buf_done(&out);
}

static bool is_query(str text)
{
    static const char *const words[] = {"SELECT", "WITH", "VALUES", "TABLE"};
    struct token first = sql_token(text, 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (token_word(text, first, words[i]))
            return true;
    return false;
}

/* "(a > 0)" is a > 0 where SQL wants parentheses of its own, or none: one pair around the
 * whole says nothing, unless it makes an expression of a query. */
str bare_expression(str text)
{
    int depth = 0;
    for (struct token t = sql_token(text, 0); t.kind != TOKEN_END;
         t = sql_token(text, t.end)) {
        depth += token_is(text, t, '(') - token_is(text, t, ')');
        if (depth == 0 && t.end < text.n)
            return text;
    }
    if (text.n <= 2 || text.p[0] != '(' || depth != 0)
        return text;
    str inner = str_trim(str_cut(text, 1, text.n - 1));
    return is_query(inner) ? text : inner;
}
