#include "plan/masked.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* sql[from .. to) is a password. */
struct secret {
    size_t from, to;
};

static bool stands(str sql, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at <= sql.n && sql.n - at >= n && strncasecmp(sql.p + at, word, n) == 0;
}

static size_t skip_space(str sql, size_t at)
{
    while (at < sql.n && isspace((unsigned char)sql.p[at]))
        at++;
    return at;
}

/* Where the text that `end` closes is closed; an unfinished one reaches to the end. */
static size_t closed_at(str sql, size_t from, str end)
{
    return from + str_index(str_cut(sql, from, sql.n), end);
}

/* The end of a literal, whose quotes stand twice inside (manual, 4.1.2.1); in E'...' a
 * backslash, too, keeps a quote from ending it. */
static size_t literal_end(str sql, size_t from, bool escapes)
{
    size_t i = from;
    for (; i < sql.n; i++) {
        if (escapes && sql.p[i] == '\\')
            i++;
        else if (stands(sql, i, "''"))
            i++;
        else if (sql.p[i] == '\'')
            break;
    }
    return i < sql.n ? i : sql.n;
}

/* "$tag$" when it stands there, else empty: $1 is a parameter. */
static str dollar_tag(str sql, size_t at)
{
    size_t i = at + 1;
    if (!stands(sql, at, "$") || (i < sql.n && isdigit((unsigned char)sql.p[i])))
        return STR("");
    while (i < sql.n && (isalnum((unsigned char)sql.p[i]) || sql.p[i] == '_'))
        i++;
    return stands(sql, i, "$") ? str_cut(sql, at, i + 1) : STR("");
}

/* A literal inside of a literal, 'PASSWORD ''...''', and not an empty one. */
static bool is_nested(str sql, size_t at)
{
    return stands(sql, at, "''") && at + 2 < sql.n &&
           !strchr(" \t\r\n;,)'", sql.p[at + 2]);
}

/* PASSWORD '...', OPTIONS (password '...'), password=... */
static bool after_word(str sql, size_t at, struct secret *out)
{
    static const char word[] = "password";
    if (!stands(sql, at, word))
        return false;
    at = skip_space(sql, at + sizeof word - 1);
    bool equals = stands(sql, at, "=");
    at = skip_space(sql, at + equals);
    bool escapes = stands(sql, at, "e'");
    str tag = dollar_tag(sql, at);
    if (is_nested(sql, at)) {
        *out = (struct secret){at + 2, closed_at(sql, at + 2, STR("''"))};
    } else if (escapes || stands(sql, at, "'")) {
        at += escapes ? 2 : 1;
        *out = (struct secret){at, literal_end(sql, at, escapes)};
    } else if (tag.n) {
        *out = (struct secret){at + tag.n, closed_at(sql, at + tag.n, tag)};
    } else if (equals) {
        *out = (struct secret){at, at};
        while (out->to < sql.n && sql.p[out->to] != '\'' &&
               !isspace((unsigned char)sql.p[out->to]))
            out->to++;
    } else {
        return false;
    }
    return true;
}

/* postgres://user:...@host: as libpq finds it (manual, 34.1.1.2), up to an @ that no slash
 * precedes. */
static bool in_url(str sql, size_t at, struct secret *out)
{
    if (!stands(sql, at, "://"))
        return false;
    at += 3;
    size_t end = at;
    while (end < sql.n && !strchr("@/'", sql.p[end]) &&
           !isspace((unsigned char)sql.p[end]))
        end++;
    size_t colon = at + str_find(str_cut(sql, at, end), ':');
    *out = (struct secret){colon + 1, end};
    return colon < end && stands(sql, end, "@");
}

str sql_masked(str sql, struct arena *a)
{
    struct buf b = buf_in(a);
    size_t done = 0;
    for (size_t i = 0; i < sql.n; i++) {
        struct secret secret;
        if (!after_word(sql, i, &secret) && !in_url(sql, i, &secret))
            continue;
        buf_str(&b, str_cut(sql, done, secret.from));
        buf_repeat(&b, '*', utf8_count(str_cut(sql, secret.from, secret.to)));
        done = secret.to;
        i = secret.to - 1;
    }
    buf_str(&b, str_cut(sql, done, sql.n));
    return buf_done(&b);
}
