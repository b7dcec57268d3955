#include "plan/sqlscan.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes above 127 belong to names, whatever they mean (scan.l, ident_start). */
static bool starts_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool continues_word(char c)
{
    return starts_word(c) || is_digit(c) || c == '$';
}

static char at(str text, size_t i)
{
    return i < text.n ? text.p[i] : '\0';
}

static size_t line_comment_end(str text, size_t i)
{
    while (i < text.n && text.p[i] != '\n' && text.p[i] != '\r')
        i++;
    return i;
}

static size_t block_comment_end(str text, size_t i)
{
    size_t depth = 0;
    while (i < text.n) {
        if (text.p[i] == '/' && at(text, i + 1) == '*') {
            depth++;
            i += 2;
        } else if (text.p[i] == '*' && at(text, i + 1) == '/') {
            i += 2;
            if (--depth == 0)
                return i;
        } else {
            i++;
        }
    }
    return text.n;
}

/* From the opening quote to behind the closing one; a doubled quote stays inside. */
static size_t quoted_end(str text, size_t i, bool backslash)
{
    char quote = text.p[i++];
    while (i < text.n) {
        if (backslash && text.p[i] == '\\')
            i += 2;
        else if (text.p[i] != quote)
            i++;
        else if (at(text, i + 1) == quote)
            i += 2;
        else
            return i + 1;
    }
    return text.n;
}

/* An escape string goes on in the next string when a line break stands between them
 * (manual, 4.1.2.1), and the second piece has escapes, too. Without a line break the server
 * refuses the two. */
static size_t escape_string_end(str text, size_t i)
{
    for (;;) {
        size_t end = quoted_end(text, i, true), next = end;
        while (next < text.n && is_space(text.p[next]))
            next++;
        if (at(text, next) != '\'')
            return end;
        i = next;
    }
}

/* Behind the closing $tag$; `i` when no dollar quote starts here. */
static size_t dollar_quote_end(str text, size_t i)
{
    size_t tag = i + 1;
    if (starts_word(at(text, tag)))
        while (tag < text.n && continues_word(text.p[tag]) && text.p[tag] != '$')
            tag++;
    if (at(text, tag) != '$')
        return i;
    str fence = str_cut(text, i, tag + 1);
    str body = str_cut(text, tag + 1, text.n);
    size_t close = str_index(body, fence);
    return close < body.n ? tag + 1 + close + fence.n : text.n;
}

static struct token param_at(str text, size_t i)
{
    struct token t = {TOKEN_PARAM, i, i + 1, 0};
    while (is_digit(at(text, t.end)))
        t.end++;
    if (!str_int(str_cut(text, i + 1, t.end), &t.number))
        t.number = 0;
    return t;
}

static struct token dollar_at(str text, size_t i)
{
    if (is_digit(at(text, i + 1)))
        return param_at(text, i);
    size_t end = dollar_quote_end(text, i);
    return end > i ? (struct token){TOKEN_STRING, i, end, 0}
                   : (struct token){TOKEN_CHAR, i, i + 1, 0};
}

/* A word, or a string or name that has one in front: E'', B'', X'', N'', U&'', U&"". */
static struct token word_at(str text, size_t i)
{
    char c = text.p[i], next = at(text, i + 1);
    if (next == '\'' && (c == 'e' || c == 'E'))
        return (struct token){TOKEN_STRING, i, escape_string_end(text, i + 1), 0};
    if (next == '\'' && strchr("bBxXnN", c))
        return (struct token){TOKEN_STRING, i, quoted_end(text, i + 1, false), 0};
    if (next == '&' && (c == 'u' || c == 'U') &&
        (at(text, i + 2) == '\'' || at(text, i + 2) == '"')) {
        enum token_kind kind = text.p[i + 2] == '"' ? TOKEN_QUOTED : TOKEN_STRING;
        return (struct token){kind, i, quoted_end(text, i + 2, false), 0};
    }
    struct token t = {TOKEN_WORD, i, i + 1, 0};
    while (t.end < text.n && continues_word(text.p[t.end]))
        t.end++;
    return t;
}

static struct token number_at(str text, size_t i)
{
    struct token t = {TOKEN_NUMBER, i, i + 1, 0};
    while (is_digit(at(text, t.end)) || starts_word(at(text, t.end)) ||
           at(text, t.end) == '.')
        t.end++;
    return t;
}

struct token sql_token(str text, size_t i)
{
    while (i < text.n && is_space(text.p[i]))
        i++;
    if (i >= text.n)
        return (struct token){TOKEN_END, text.n, text.n, 0};
    char c = text.p[i], next = at(text, i + 1);
    if (c == '-' && next == '-')
        return (struct token){TOKEN_COMMENT, i, line_comment_end(text, i), 0};
    if (c == '/' && next == '*')
        return (struct token){TOKEN_COMMENT, i, block_comment_end(text, i), 0};
    if (c == '\'')
        return (struct token){TOKEN_STRING, i, quoted_end(text, i, false), 0};
    if (c == '"')
        return (struct token){TOKEN_QUOTED, i, quoted_end(text, i, false), 0};
    if (c == '$')
        return dollar_at(text, i);
    if (is_digit(c))
        return number_at(text, i);
    if (starts_word(c))
        return word_at(text, i);
    return (struct token){TOKEN_CHAR, i, i + 1, 0};
}

struct token sql_token_after(str text, size_t from)
{
    struct token t = sql_token(text, from);
    while (t.kind == TOKEN_COMMENT)
        t = sql_token(text, t.end);
    return t;
}

str token_text(str text, struct token t)
{
    return str_cut(text, t.start, t.end);
}

bool token_is(str text, struct token t, char c)
{
    return t.kind == TOKEN_CHAR && text.p[t.start] == c;
}

bool token_word(str text, struct token t, const char *word)
{
    size_t n = strlen(word);
    if (t.kind != TOKEN_WORD || t.end - t.start != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text.p[t.start + i];
        if ((c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c) != word[i])
            return false;
    }
    return true;
}

str sql_trim(str text)
{
    struct token t = sql_token_after(text, 0);
    size_t start = t.start, end = t.start;
    for (; t.kind != TOKEN_END; t = sql_token_after(text, t.end))
        end = t.end;
    return str_cut(text, start, end);
}

bool sql_ends_in_line_comment(str text)
{
    bool inside = false;
    struct token t = sql_token(text, 0);
    for (; t.kind != TOKEN_END; t = sql_token(text, t.end))
        inside = t.kind == TOKEN_COMMENT && text.p[t.start] == '-' && t.end == text.n;
    return inside;
}
