#include "base/json.h"

#include "base/utf8.h"

#include <assert.h>
#include <math.h>
#include <string.h>

struct json json_to(struct buf *b)
{
    return (struct json){.out = b};
}

static void new_line(struct json *j)
{
    if (j->compact)
        return;
    buf_char(j->out, '\n');
    buf_repeat(j->out, ' ', 2 * (size_t)j->depth);
}

/* What has to stand before a value or a key at this depth. */
static void before(struct json *j)
{
    if (j->key) {
        j->key = false;
        return;
    }
    if (j->full[j->depth])
        buf_char(j->out, ',');
    if (j->compact && j->full[j->depth])
        buf_char(j->out, ' ');
    if (j->depth > 0)
        new_line(j);
    j->full[j->depth] = true;
}

void json_open(struct json *j, char bracket)
{
    assert(j->depth + 1 < JSON_DEEPEST && (bracket == '{' || bracket == '['));
    before(j);
    buf_char(j->out, bracket);
    j->depth++;
    j->open[j->depth] = bracket;
    j->full[j->depth] = false;
}

void json_close(struct json *j)
{
    assert(j->depth > 0 && !j->key);
    char bracket = j->open[j->depth] == '{' ? '}' : ']';
    bool full = j->full[j->depth];
    j->depth--;
    if (full)
        new_line(j);
    buf_char(j->out, bracket);
    if (j->depth == 0)
        buf_char(j->out, '\n');
}

/* Most text is: it is copied in one piece. */
static bool is_plain(char c)
{
    return c >= ' ' && c != '"' && c != '\\' && (unsigned char)c < 0x80;
}

void json_quote(struct buf *b, str s)
{
    static const char short_form[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    buf_char(b, '"');
    for (size_t i = 0, start = 0; i < s.n;) {
        while (i < s.n && is_plain(s.p[i]))
            i++;
        buf_str(b, str_cut(s, start, i));
        if (i == s.n)
            break;
        unsigned char c = (unsigned char)s.p[i];
        const char *found = c ? strchr(short_form, c) : NULL;
        size_t length = utf8_length(s, i);
        if (found)
            buf_fmt(b, "\\%c", letter[found - short_form]);
        else if (c < 0x20)
            buf_fmt(b, "\\u%04x", c);
        else if (length == 0)
            buf_put(b, "\xEF\xBF\xBD");
        else
            buf_str(b, str_cut(s, i, i + length));
        i += length ? length : 1;
        start = i;
    }
    buf_char(b, '"');
}

void json_key(struct json *j, const char *key)
{
    assert(j->depth > 0 && j->open[j->depth] == '{' && !j->key);
    before(j);
    json_quote(j->out, str_of(key));
    buf_put(j->out, ": ");
    j->key = true;
}

void json_str(struct json *j, str s)
{
    before(j);
    if (s.p)
        json_quote(j->out, s);
    else
        buf_put(j->out, "null");
}

void json_int(struct json *j, int64_t i)
{
    before(j);
    buf_fmt(j->out, "%lld", (long long)i);
}

void json_num(struct json *j, double num)
{
    before(j);
    if (isfinite(num))
        buf_num(j->out, num);
    else
        buf_put(j->out, "null"); /* JSON has no infinity */
}

void json_bool(struct json *j, bool b)
{
    before(j);
    buf_put(j->out, b ? "true" : "false");
}

void json_null(struct json *j)
{
    before(j);
    buf_put(j->out, "null");
}

void json_put_str(struct json *j, const char *key, str s)
{
    json_key(j, key);
    json_str(j, s);
}

void json_put_int(struct json *j, const char *key, int64_t i)
{
    json_key(j, key);
    json_int(j, i);
}

void json_put_bool(struct json *j, const char *key, bool b)
{
    json_key(j, key);
    json_bool(j, b);
}

void json_put_strs(struct json *j, const char *key, const str *at, size_t n)
{
    json_key(j, key);
    json_open(j, '[');
    for (size_t i = 0; i < n; i++)
        json_str(j, at[i]);
    json_close(j);
}
