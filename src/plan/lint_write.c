#include "plan/lint_write.h"

#include "base/json.h"

#include <ctype.h>
#include <string.h>

/* ---- text -------------------------------------------------------------------------- */

/* The next word; what stands in backquotes is one. */
static bool next_word(str *rest, str *word)
{
    str more;
    if (!str_split(rest, ' ', word))
        return false;
    for (;;) {
        size_t quotes = 0;
        for (size_t i = 0; i < word->n; i++)
            quotes += word->p[i] == '`';
        if (quotes % 2 == 0 || !str_split(rest, ' ', &more))
            return true;
        word->n = (size_t)(more.p + more.n - word->p);
    }
}

/* Words of a paragraph on lines of at most 80 columns. */
static void put_wrapped(struct buf *b, const char *text)
{
    enum { INDENT = 4, WIDTH = 80 };
    str rest = str_of(text), word;
    size_t column = 0;
    while (next_word(&rest, &word)) {
        if (column == 0 || column + 1 + word.n > WIDTH) {
            if (column)
                buf_char(b, '\n');
            buf_repeat(b, ' ', INDENT);
            column = INDENT;
        } else {
            buf_char(b, ' ');
            column++;
        }
        buf_str(b, word);
        column += word.n;
    }
    buf_char(b, '\n');
}

static bool is_first_of_rule(const struct findings *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (list->at[k].rule == list->at[i].rule)
            return false;
    return true;
}

void lint_write_text(struct buf *b, const struct findings *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct finding *f = &list->at[i];
        buf_str(b, f->at.file);
        if (f->at.line > 0)
            buf_fmt(b, ":%d", f->at.line);
        buf_fmt(b, ": %s: %.*s [%s]\n", lint_severity_name(f->rule->severity),
                STR_ARG(f->message), f->rule->id);
        if (is_first_of_rule(list, i)) {
            put_wrapped(b, f->rule->why);
            put_wrapped(b, f->rule->advice);
        }
    }
}

/* ---- JSON -------------------------------------------------------------------------- */

static void put_rule(struct json *j, const struct lint_rule *rule)
{
    json_put_str(j, "rule", str_of(rule->id));
    json_put_str(j, "severity", str_of(lint_severity_name(rule->severity)));
}

void lint_write_json(struct buf *b, const struct findings *list)
{
    struct json j = json_to(b);
    json_open(&j, '[');
    for (size_t i = 0; i < list->n; i++) {
        const struct finding *f = &list->at[i];
        json_open(&j, '{');
        put_rule(&j, f->rule);
        json_put_str(&j, "revision", f->revision);
        json_put_str(&j, "file", f->at.file);
        if (f->at.line > 0)
            json_put_int(&j, "line", f->at.line);
        json_put_str(&j, "message", f->message);
        json_put_str(&j, "why", str_of(f->rule->why));
        json_put_str(&j, "advice", str_of(f->rule->advice));
        json_close(&j);
    }
    json_close(&j);
}

/* ---- SARIF (OASIS, 2.1.0) ---------------------------------------------------------- */

static void put_text(struct json *j, const char *key, str text)
{
    json_key(j, key);
    json_open(j, '{');
    json_put_str(j, "text", text);
    json_close(j);
}

static void put_sarif_rules(struct json *j)
{
    json_key(j, "rules");
    json_open(j, '[');
    for (size_t i = 0; i < lint_n_rules(); i++) {
        const struct lint_rule *rule = lint_rule_at(i);
        json_open(j, '{');
        json_put_str(j, "id", str_of(rule->id));
        put_text(j, "shortDescription", str_of(rule->why));
        put_text(j, "help", str_of(rule->advice));
        json_key(j, "defaultConfiguration");
        json_open(j, '{');
        json_put_str(j, "level", str_of(lint_severity_name(rule->severity)));
        json_close(j);
        json_close(j);
    }
    json_close(j);
}

/* A relative URI reference (RFC 3986): what is neither unreserved nor a slash is written
 * in percent. */
static str uri_of(str path, struct arena *a)
{
    struct buf b = buf_in(a);
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (isalnum(c) || (c && strchr("/-._~", c)))
            buf_char(&b, (char)c);
        else
            buf_fmt(&b, "%%%02X", c);
    }
    return buf_done(&b);
}

static void put_sarif_place(struct json *j, const struct origin *at)
{
    json_key(j, "locations");
    json_open(j, '[');
    json_open(j, '{');
    json_key(j, "physicalLocation");
    json_open(j, '{');
    json_key(j, "artifactLocation");
    json_open(j, '{');
    json_put_str(j, "uri", uri_of(at->file, j->out->arena));
    json_close(j);
    if (at->line > 0) {
        json_key(j, "region");
        json_open(j, '{');
        json_put_int(j, "startLine", at->line);
        json_close(j);
    }
    json_close(j);
    json_close(j);
    json_close(j);
}

static void put_sarif_result(struct json *j, const struct finding *f)
{
    size_t index = 0;
    while (lint_rule_at(index) != f->rule)
        index++;
    json_open(j, '{');
    json_put_str(j, "ruleId", str_of(f->rule->id));
    json_put_int(j, "ruleIndex", (int64_t)index);
    json_put_str(j, "level", str_of(lint_severity_name(f->rule->severity)));
    put_text(j, "message", f->message);
    put_sarif_place(j, &f->at);
    json_close(j);
}

void lint_write_sarif(struct buf *b, const struct findings *list, const char *version)
{
    struct json j = json_to(b);
    json_open(&j, '{');
    json_put_str(&j, "$schema",
                 STR("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
                     "sarif-schema-2.1.0.json"));
    json_put_str(&j, "version", STR("2.1.0"));
    json_key(&j, "runs");
    json_open(&j, '[');
    json_open(&j, '{');
    json_key(&j, "tool");
    json_open(&j, '{');
    json_key(&j, "driver");
    json_open(&j, '{');
    json_put_str(&j, "name", STR("moonshift"));
    json_put_str(&j, "version", str_of(version));
    put_sarif_rules(&j);
    json_close(&j);
    json_close(&j);
    json_key(&j, "results");
    json_open(&j, '[');
    for (size_t i = 0; i < list->n; i++)
        put_sarif_result(&j, &list->at[i]);
    json_close(&j);
    json_close(&j);
    json_close(&j);
    json_close(&j);
}

/* ---- GitHub ------------------------------------------------------------------------ */

/* Workflow commands end at a line's end; a property's value also at a comma and a colon.
 * What stands for itself nowhere is written in percent. */
static void put_escaped(struct buf *b, str text, bool property)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool special =
            c == '%' || c == '\r' || c == '\n' || (property && (c == ',' || c == ':'));
        if (special)
            buf_fmt(b, "%%%02X", c);
        else
            buf_char(b, (char)c);
    }
}

void lint_write_github(struct buf *b, const struct findings *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct finding *f = &list->at[i];
        bool note = f->rule->severity == LINT_NOTE;
        buf_fmt(b, "::%s file=", note ? "notice" : lint_severity_name(f->rule->severity));
        put_escaped(b, f->at.file, true);
        if (f->at.line > 0)
            buf_fmt(b, ",line=%d", f->at.line);
        buf_fmt(b, ",title=%s::", f->rule->id);
        put_escaped(b, f->message, false);
        buf_put(b, ". ");
        put_escaped(b, str_of(f->rule->advice), false);
        buf_char(b, '\n');
    }
}
