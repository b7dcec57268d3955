#include "app/dotenv.h"

#include "base/file.h"

#include <string.h>

struct reader {
    str text;
    size_t at;
    int line;
    struct dotenv *out;
    struct arena *a;
    struct err *e;
};

static bool more(const struct reader *r)
{
    return r->at < r->text.n;
}

static char here(const struct reader *r)
{
    return more(r) ? r->text.p[r->at] : '\n';
}

static void skip_blanks(struct reader *r)
{
    while (more(r) && (here(r) == ' ' || here(r) == '\t' || here(r) == '\r'))
        r->at++;
}

static void skip_line(struct reader *r)
{
    while (more(r) && here(r) != '\n')
        r->at++;
}

static bool refuse(const struct reader *r, int line, const char *what, const char *hint)
{
    err_set(r->e, ERR_FAILED, "%.*s: %s", STR_ARG(r->out->name), what);
    err_hint(r->e, "%s", hint);
    return err_at(r->e, r->out->name, line);
}

static bool is_key(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.' || c == '-';
}

static str read_key(struct reader *r)
{
    size_t start = r->at;
    while (more(r) && is_key(here(r)))
        r->at++;
    return str_copy(r->a, str_cut(r->text, start, r->at));
}

static bool read_quoted(struct reader *r, str *value)
{
    char quote = r->text.p[r->at++];
    int start = r->line;
    struct buf b = buf_in(r->a);
    for (;; r->at++) {
        if (!more(r))
            return refuse(r, start, "a quoted value does not end",
                          "close the quote, or put the other kind of quote around it");
        char c = here(r);
        if (c == quote)
            break;
        r->line += c == '\n';
        if (c == '\r' && r->at + 1 < r->text.n && r->text.p[r->at + 1] == '\n')
            continue;
        if (c == '\\' && quote == '"' && r->at + 1 < r->text.n) {
            char next = r->text.p[r->at + 1];
            static const char from[] = "nrt\"\\$", to[] = "\n\r\t\"\\$";
            const char *found = next ? strchr(from, next) : NULL;
            if (found) {
                c = to[found - from];
                r->at++;
            }
        }
        buf_char(&b, c);
    }
    r->at++;
    skip_blanks(r);
    if (here(r) != '\n' && here(r) != '#')
        return refuse(r, r->line, "text stands behind the closing quote",
                      "write KEY=\"value\", with \\\" for a quote inside it");
    skip_line(r);
    *value = buf_done(&b);
    return true;
}

/* Up to the end of the line, or to a # that follows a blank. */
static str read_bare(struct reader *r)
{
    size_t start = r->at;
    while (here(r) != '\n') {
        char before = r->at > start ? r->text.p[r->at - 1] : ' ';
        if (here(r) == '#' && (before == ' ' || before == '\t'))
            break;
        r->at++;
    }
    str value = str_trim(str_cut(r->text, start, r->at));
    skip_line(r);
    return str_copy(r->a, value);
}

static bool read_line(struct reader *r)
{
    skip_blanks(r);
    if (here(r) == '\n' || here(r) == '#') {
        skip_line(r);
        return true;
    }
    int line = r->line;
    str key = read_key(r);
    skip_blanks(r);
    if (str_is(key, "export") && is_key(here(r))) {
        key = read_key(r);
        skip_blanks(r);
    }
    if (here(r) != '=' || key.n == 0)
        return refuse(r, line, "a line is not KEY=value",
                      "put '=' between name and value, or '#' before a comment");
    r->at++;
    skip_blanks(r);
    str value = STR("");
    if (here(r) != '"' && here(r) != '\'')
        value = read_bare(r);
    else if (!read_quoted(r, &value))
        return false;
    *PUSH(r->a, r->out->at, r->out->n, r->out->room) =
        (struct dotenv_line){key, value, line};
    return true;
}

bool dotenv_read(const char *path, struct dotenv *out, struct arena *a, struct err *e)
{
    struct reader r = {.line = 1, .out = out, .a = a, .e = e};
    out->name = str_copy(a, str_of(path));
    if (!file_exists(path))
        return true;
    if (!file_text(path, &r.text, a, e))
        return false;
    if (str_starts(r.text, STR("\xEF\xBB\xBF")))
        r.at = 3;
    for (; more(&r); r.at++, r.line++)
        if (!read_line(&r))
            return false;
    return true;
}

const struct dotenv_line *dotenv_find(const struct dotenv *d, str key)
{
    for (size_t i = d->n; i-- > 0;)
        if (str_eq(d->at[i].key, key))
            return &d->at[i];
    return NULL;
}
