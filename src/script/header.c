#include "script/header.h"

#include <string.h>

struct scan {
    str text;
    size_t at;
    struct arena *a;
};

enum {
    F_MESSAGE,
    F_REVISION,
    F_DOWN,
    F_LABELS,
    F_DEPENDS,
    F_TRANSACTIONAL,
    F_SETTINGS,
    F_IRREVERSIBLE,
    N_FIELDS
};

static const str field_names[N_FIELDS] = {
#define NAME(z)                                                                          \
    {                                                                                    \
        z, sizeof(z) - 1                                                                 \
    }
    [F_MESSAGE] = NAME("message"),    [F_REVISION] = NAME("revision"),
    [F_DOWN] = NAME("down_revision"), [F_LABELS] = NAME("branch_labels"),
    [F_DEPENDS] = NAME("depends_on"), [F_TRANSACTIONAL] = NAME("transactional"),
    [F_SETTINGS] = NAME("settings"),  [F_IRREVERSIBLE] = NAME("irreversible"),
#undef NAME
};

static int peek(const struct scan *s)
{
    return s->at < s->text.n ? (unsigned char)s->text.p[s->at] : -1;
}

static bool is_word(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}

static void skip_line(struct scan *s)
{
    const char *end = memchr(s->text.p + s->at, '\n', s->text.n - s->at);
    s->at = end ? (size_t)(end - s->text.p) : s->text.n;
}

/* White space and line comments; false at a long comment, which is left to Lua. */
static bool skip_blank(struct scan *s)
{
    for (;;) {
        int c = peek(s);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            s->at++;
        } else if (c == '-' && s->at + 1 < s->text.n && s->text.p[s->at + 1] == '-') {
            if (s->at + 2 < s->text.n && s->text.p[s->at + 2] == '[')
                return false;
            skip_line(s);
        } else {
            return true;
        }
    }
}

static bool take(struct scan *s, char c)
{
    if (peek(s) != (unsigned char)c)
        return false;
    s->at++;
    return true;
}

static str word(struct scan *s)
{
    size_t start = s->at;
    while (is_word(peek(s)))
        s->at++;
    return str_cut(s->text, start, s->at);
}

/* A quoted string; \" \' \\ and \n are known, other escapes are left to Lua. */
static bool string(struct scan *s, str *out)
{
    int quote = peek(s);
    if (quote != '"' && quote != '\'')
        return false;
    size_t start = ++s->at;
    bool escaped = false;
    for (; peek(s) != quote; s->at++) {
        int c = peek(s);
        if (c < 0 || c == '\n' || c == '\r')
            return false;
        if (c != '\\')
            continue;
        escaped = true;
        s->at++;
        c = peek(s);
        if (c != '"' && c != '\'' && c != '\\' && c != 'n')
            return false;
    }
    str raw = str_cut(s->text, start, s->at++);
    if (!escaped) {
        *out = str_copy(s->a, raw);
        return true;
    }
    char *p = arena_alloc(s->a, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] == '\\' && raw.p[++i] == 'n')
            p[n++] = '\n';
        else
            p[n++] = raw.p[i];
    }
    *out = (str){p, n};
    return true;
}

static bool separator(struct scan *s)
{
    if (!skip_blank(s))
        return false;
    return take(s, ',') || take(s, ';') ? skip_blank(s) : peek(s) == '}';
}

/* "text" or { "text", ... } or nil. */
static bool strings(struct scan *s, struct strs *out)
{
    if (is_word(peek(s)))
        return str_is(word(s), "nil");
    if (peek(s) != '{') {
        str one;
        if (!string(s, &one) || one.n == 0)
            return false;
        strs_add(out, one, s->a);
        return true;
    }
    s->at++;
    if (!skip_blank(s))
        return false;
    while (!take(s, '}')) {
        str one;
        if (!string(s, &one) || one.n == 0 || !separator(s))
            return false;
        strs_add(out, one, s->a);
    }
    return out->n > 0;
}

/* { lock_timeout = "4s", n = 10 }: what it holds does not matter here. */
static bool settings(struct scan *s)
{
    str ignored;
    if (is_word(peek(s)))
        return str_is(word(s), "nil");
    if (!take(s, '{') || !skip_blank(s))
        return false;
    while (!take(s, '}')) {
        if (word(s).n == 0 || !skip_blank(s) || !take(s, '=') || !skip_blank(s))
            return false;
        if (is_word(peek(s)))
            word(s);
        else if (!string(s, &ignored))
            return false;
        if (!separator(s))
            return false;
    }
    return true;
}

static bool boolean(struct scan *s, bool *out)
{
    str w = word(s);
    *out = str_is(w, "true");
    return *out || str_is(w, "false");
}

/* A text, not empty, without the forms that only Lua knows; or nil. */
static bool text(struct scan *s, str *out)
{
    if (is_word(peek(s)))
        return str_is(word(s), "nil");
    return string(s, out);
}

static bool value(struct scan *s, int field, struct revision *out)
{
    switch (field) {
    case F_MESSAGE:
        return text(s, &out->message);
    case F_REVISION:
        return string(s, &out->id) && out->id.n > 0;
    case F_DOWN:
        return strings(s, &out->down);
    case F_LABELS:
        return strings(s, &out->labels);
    case F_DEPENDS:
        return strings(s, &out->depends);
    case F_TRANSACTIONAL:
        return boolean(s, &out->transactional);
    case F_SETTINGS:
        return settings(s);
    case F_IRREVERSIBLE:
        return text(s, &out->irreversible) && out->irreversible.n != 0;
    default:
        return false;
    }
}

static int field_of(str name)
{
    for (int i = 0; i < N_FIELDS; i++)
        if (str_eq(name, field_names[i]))
            return i;
    return N_FIELDS;
}

/* After a value comes a new statement: an operator, a call or an index is left to Lua. */
static bool ends_statement(struct scan *s)
{
    if (!skip_blank(s))
        return false;
    take(s, ';');
    if (!skip_blank(s))
        return false;
    int c = peek(s);
    return c < 0 || (is_word(c) && !(c >= '0' && c <= '9'));
}

/* Whether a field is assigned after the header. Every "NAME =" counts, wherever it
 * stands: a key of a table or a word of SQL costs a run of the file, no more. */
static bool has_field_later(str text)
{
    for (size_t at = 0; at < text.n; at++) {
        const char *equal = memchr(text.p + at, '=', text.n - at);
        if (!equal)
            return false;
        at = (size_t)(equal - text.p);
        size_t end = at;
        while (end > 0 && strchr(" \t\r\n", text.p[end - 1]))
            end--;
        size_t start = end;
        while (start > 0 && is_word((unsigned char)text.p[start - 1]))
            start--;
        if (field_of(str_cut(text, start, end)) != N_FIELDS)
            return true;
    }
    return false;
}

bool header_scan(str source, struct revision *out, struct arena *a)
{
    struct scan s = {source, 0, a};
    bool seen[N_FIELDS] = {false};
    if (str_starts(source, STR("\xEF\xBB\xBF")))
        s.at = 3;
    out->transactional = true;
    while (skip_blank(&s) && peek(&s) >= 0) {
        str name = word(&s);
        if (str_is(name, "function"))
            return seen[F_REVISION] && !has_field_later(str_cut(source, s.at, source.n));
        int field = field_of(name);
        if (field == N_FIELDS || seen[field] || !skip_blank(&s) || !take(&s, '=') ||
            !skip_blank(&s) || !value(&s, field, out) || !ends_statement(&s))
            return false;
        seen[field] = true;
    }
    return peek(&s) < 0 && seen[F_REVISION];
}

str header_created(str text)
{
    static const str mark = {"-- Create Date:", sizeof "-- Create Date:" - 1};
    str line;
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_cut(text, 3, text.n);
    while (str_split(&text, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, mark))
            return str_trim(str_cut(line, mark.n, line.n));
        if (line.n && !str_starts(line, STR("--")))
            break;
    }
    return STR_NONE;
}

size_t header_end(str text)
{
    static const str mark = {"function ", sizeof "function " - 1};
    size_t at = 0;
    while (at < text.n) {
        if (str_starts(str_cut(text, at, text.n), mark))
            return at;
        const char *end = memchr(text.p + at, '\n', text.n - at);
        if (!end)
            break;
        at = (size_t)(end - text.p) + 1;
    }
    return text.n;
}

int header_local(str text, str name)
{
    static const str local = {"local ", sizeof "local " - 1};
    static const str function = {"function ", sizeof "function " - 1};
    str line;
    for (int number = 1; str_split(&text, '\n', &line); number++) {
        if (!str_starts(line, local))
            continue;
        line = str_trim(str_cut(line, local.n, line.n));
        if (str_starts(line, function))
            line = str_trim(str_cut(line, function.n, line.n));
        if (str_starts(line, name) && (line.n == name.n || !is_word(line.p[name.n])))
            return number;
    }
    return 0;
}
