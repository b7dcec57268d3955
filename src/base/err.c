#include "base/err.h"

#include "base/json.h"
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

bool err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
    assert(e->kind == ERR_NONE && kind != ERR_NONE);
    va_list args;
    va_start(args, format);
    e->kind = kind;
    e->message = str_vfmt(&e->arena, format, args);
    va_end(args);
    return false;
}

bool err_hint(struct err *e, const char *format, ...)
{
    if (!e->hint.p) {
        va_list args;
        va_start(args, format);
        e->hint = str_vfmt(&e->arena, format, args);
        va_end(args);
    }
    return false;
}

bool err_at(struct err *e, str file, int line)
{
    if (!e->file.p) {
        e->file = str_copy(&e->arena, file);
        e->line = line;
    }
    return false;
}

static str copied(struct err *to, str s)
{
    return s.p ? str_copy(&to->arena, s) : STR_NONE;
}

void err_copy(struct err *to, const struct err *from)
{
    assert(to->kind == ERR_NONE);
    struct arena arena = to->arena;
    *to = *from;
    to->arena = arena;
    to->message = copied(to, from->message);
    to->detail = copied(to, from->detail);
    to->hint = copied(to, from->hint);
    to->file = copied(to, from->file);
    to->sql = copied(to, from->sql);
    to->context = copied(to, from->context);
    to->trace = copied(to, from->trace);
}

void err_clear(struct err *e)
{
    arena_reset(&e->arena);
    memset(e, 0, sizeof *e);
}

enum { SHOWN_LINES = 6, WIDEST = 200 };

/* As wide as `text` behind a margin is shown: a tab stays one. */
static void put_blanks(struct buf *b, str text, size_t margin)
{
    str piece;
    buf_repeat(b, ' ', margin);
    for (bool first = true; str_split(&text, '\t', &piece); first = false) {
        buf_put(b, first ? "" : "\t");
        buf_repeat(b, ' ', utf8_count(piece));
    }
}

/* The line of the statement that holds the error, with a caret under the place. */
static void put_place(struct buf *b, str sql, int position)
{
    size_t at = utf8_byte(sql, (size_t)position - 1), start = at, end = at;
    while (start > 0 && sql.p[start - 1] != '\n')
        start--;
    while (end < sql.n && sql.p[end] != '\n')
        end++;
    size_t line = 1;
    for (size_t i = 0; i < start; i++)
        line += sql.p[i] == '\n';
    if (at - start > WIDEST / 2)
        start = utf8_floor(sql, at - WIDEST / 2);
    if (end - at > WIDEST / 2)
        end = utf8_floor(sql, at + WIDEST / 2);
    size_t before = b->n;
    buf_fmt(b, "  LINE %zu: ", line);
    size_t margin = b->n - before;
    buf_fmt(b, "%.*s\n", STR_ARG(str_cut(sql, start, end)));
    put_blanks(b, str_cut(sql, start, at), margin);
    buf_put(b, "^\n");
}

/* The first lines of the statement. */
static void put_sql(struct buf *b, str sql)
{
    str rest = sql, piece;
    int shown = 0;
    while (shown < SHOWN_LINES && str_split(&rest, '\n', &piece)) {
        buf_fmt(b, "  %s %.*s%s\n", shown ? "    " : "SQL:",
                STR_ARG(str_cut(piece, 0, utf8_floor(piece, WIDEST))),
                piece.n > WIDEST ? " ..." : "");
        shown++;
    }
    if (rest.p && rest.n)
        buf_put(b, "       ...\n");
}

/* "  detail: text", further lines under the first. */
static void put_field(struct buf *b, const char *name, str text)
{
    size_t start = b->n;
    buf_fmt(b, "  %s: ", name);
    size_t margin = b->n - start;
    str line;
    for (bool first = true; str_split(&text, '\n', &line); first = false) {
        if (!first)
            buf_repeat(b, ' ', margin);
        buf_fmt(b, "%.*s\n", STR_ARG(str_trim(line)));
    }
}

str err_text(const struct err *e, bool verbose, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_fmt(&b, "error: %.*s\n", STR_ARG(e->message));
    if (e->file.n && e->line > 0)
        buf_fmt(&b, "  at %.*s:%d\n", STR_ARG(e->file), e->line);
    else if (e->file.n)
        buf_fmt(&b, "  at %.*s\n", STR_ARG(e->file));
    if (e->sql.p && e->position > 0)
        put_place(&b, e->sql, e->position);
    else if (e->sql.p)
        put_sql(&b, e->sql);
    if (e->sqlstate[0])
        buf_fmt(&b, "  SQLSTATE: %s\n", e->sqlstate);
    if (e->detail.p)
        put_field(&b, "detail", e->detail);
    if (e->context.p)
        put_field(&b, "context", e->context);
    if (e->hint.p)
        put_field(&b, "hint", e->hint);
    if (verbose && e->trace.p)
        buf_fmt(&b, "%.*s\n", STR_ARG(e->trace));
    return buf_done(&b);
}

static const char *kind_name(enum err_kind kind)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",         [ERR_FAILED] = "failed",
        [ERR_USAGE] = "usage",       [ERR_PENDING] = "pending",
        [ERR_DIFFERS] = "differs",   [ERR_INTERRUPTED] = "interrupted",
        [ERR_REVISION] = "revision", [ERR_DECISION] = "decision"};
    return names[kind];
}

static void put_if(struct json *j, const char *key, str value)
{
    if (value.p)
        json_put_str(j, key, value);
}

void err_object(const struct err *e, int status, struct json *j)
{
    json_open(j, '{');
    json_put_int(j, "status", status);
    json_put_str(j, "kind", str_of(kind_name(e->kind)));
    json_put_str(j, "message", e->message);
    put_if(j, "detail", e->detail);
    json_put_str(j, "hint", e->hint);
    if (e->file.n)
        json_put_str(j, "file", e->file);
    if (e->line > 0)
        json_put_int(j, "line", e->line);
    if (e->sqlstate[0])
        json_put_str(j, "sqlstate", str_of(e->sqlstate));
    put_if(j, "sql", e->sql);
    if (e->position > 0)
        json_put_int(j, "position", e->position);
    put_if(j, "context", e->context);
    json_close(j);
}

str err_json(const struct err *e, int status, struct arena *a)
{
    struct buf b = buf_in(a);
    struct json j = json_to(&b);
    j.compact = true;
    json_open(&j, '{');
    json_key(&j, "error");
    err_object(e, status, &j);
    json_close(&j);
    return buf_done(&b);
}
