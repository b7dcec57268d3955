#include "plan/sink.h"

#include "plan/masked.h"
#include "plan/quote.h"
#include "plan/sqlscan.h"

#include <errno.h>
#include <string.h>

struct file_sink {
    struct sink sink; /* first: a sink of this kind is one of these */
    FILE *out;
    struct buf text; /* one statement at a time, the room kept for the next */
    bool plain;      /* the reader has been told that a backslash in '...' is itself */
};

str stmt_place(const struct stmt *s, struct arena *a)
{
    if (s->first_line <= 1 && !s->from.script.n)
        return STR_NONE;
    str script = s->from.script.n ? s->from.script : STR("its SQL text");
    return str_fmt(a, "the statement starts at line %d of %.*s", s->first_line,
                   STR_ARG(script));
}

bool sink_refuse_read(const struct stmt *s, struct err *e)
{
    err_set(e, ERR_FAILED, "reading rows needs a live connection");
    err_hint(e, "with --sql nothing is read from a database: ask `if not ctx.offline` "
                "before db.query, db.one, db.scalar and db.each");
    e->sql = sql_masked(s->sql, &e->arena);
    if (s->from.file.p)
        err_at(e, s->from.file, s->from.line);
    return false;
}

static bool written(struct file_sink *f, str text, struct err *e)
{
    if (fwrite(text.p ? text.p : "", 1, text.n, f->out) == text.n)
        return true;
    return err_set(e, ERR_FAILED, "the SQL text cannot be written: %s", strerror(errno));
}

/* A statement with a value in the place of each $n. Text that only looks like a parameter
 * (in strings, comments, function bodies) is left alone. */
static bool inline_params(struct buf *b, const struct stmt *s, struct err *e)
{
    size_t done = 0;
    struct token t = sql_token(s->sql, 0);
    for (; t.kind != TOKEN_END && s->n_params; t = sql_token(s->sql, t.end)) {
        if (t.kind != TOKEN_PARAM)
            continue;
        if (t.number < 1 || (size_t)t.number > s->n_params) {
            str name = token_text(s->sql, t);
            err_set(e, ERR_FAILED, "the statement wants %.*s, but %zu %s given",
                    STR_ARG(name), s->n_params,
                    s->n_params == 1 ? "value is" : "values are");
            e->sql = sql_masked(s->sql, &e->arena);
            return s->from.file.p ? err_at(e, s->from.file, s->from.line) : false;
        }
        const struct param *p = &s->params[t.number - 1];
        buf_str(b, str_cut(s->sql, done, t.start));
        if (t.start && s->sql.p[t.start - 1] == '&')
            buf_char(b, ' '); /* u&$1 is an operator, u&'a' a string */
        if (p->null)
            buf_put(b, "NULL");
        else
            quote_literal(b, p->text);
        done = t.end;
    }
    buf_str(b, str_cut(s->sql, done, s->sql.n));
    return true;
}

/* '\d', which is another text where standard_conforming_strings is off. Values are written
 * as E'\\d', the same everywhere. */
static bool holds_backslash(str sql)
{
    if (str_find(sql, '\\') == sql.n)
        return false;
    struct token t = sql_token(sql, 0);
    for (; t.kind != TOKEN_END; t = sql_token(sql, t.end))
        if (t.kind == TOKEN_STRING && sql.p[t.start] == '\'' &&
            str_find(token_text(sql, t), '\\') < token_text(sql, t).n)
            return true;
    return false;
}

/* What such a text means is said before the first one, and again after what undoes it. */
static bool tell_strings(struct file_sink *f, str sql, struct err *e)
{
    if (token_word(sql, sql_token_after(sql, 0), "RESET"))
        f->plain = false;
    if (f->plain || !holds_backslash(sql))
        return true;
    f->plain = true;
    return written(f, STR("SET standard_conforming_strings = on;\n\n"), e);
}

static bool put_stmt(struct file_sink *f, const struct stmt *s, const char *end,
                     struct err *e)
{
    if (!tell_strings(f, s->sql, e))
        return false;
    f->text.n = 0;
    if (!inline_params(&f->text, s, e))
        return false;
    if (sql_ends_in_line_comment(s->sql))
        buf_char(&f->text, '\n');
    buf_put(&f->text, end);
    return written(f, buf_done(&f->text), e);
}

static bool file_exec(struct sink *sink, const struct stmt *s, struct err *e)
{
    return put_stmt((struct file_sink *)sink, s, ";\n\n", e);
}

static bool file_query(struct sink *sink, const struct stmt *s, struct rows *rows,
                       struct arena *a, struct err *e)
{
    (void)sink, (void)rows, (void)a;
    return sink_refuse_read(s, e);
}

static bool file_each(struct sink *sink, const struct stmt *s, row_fn *row, void *context,
                      struct err *e)
{
    (void)sink, (void)row, (void)context;
    return sink_refuse_read(s, e);
}

/* psql takes COPY data up to a line with \. alone: binary data cannot be written so, and
 * before version 18 no such line can be data, CSV included (manual, COPY, CSV format). */
static bool copy_can_be_text(const struct stmt *s, struct err *e)
{
    struct token t = sql_token_after(s->sql, 0);
    for (; t.kind != TOKEN_END; t = sql_token_after(s->sql, t.end)) {
        bool binary =
            token_word(s->sql, t, "BINARY") || str_is(token_text(s->sql, t), "'binary'");
        if (!binary)
            continue;
        err_set(e, ERR_FAILED, "COPY in binary format needs a live connection");
        err_hint(e,
                 "with --sql the data becomes part of the text: use format text or csv");
        return s->from.file.p ? err_at(e, s->from.file, s->from.line) : false;
    }
    return true;
}

/* Follows the data across pieces: lines, and the line that would end it too early. */
struct copy_lines {
    char head[2];
    size_t length; /* of the current line, so far */
    int64_t lines;
    bool stop; /* a line with \. alone was seen */
    char last; /* byte */
    bool crlf; /* how the last line ended; what we add must end so, too */
};

static void copy_line_end(struct copy_lines *l)
{
    l->stop |= l->length == 2 && memcmp(l->head, "\\.", 2) == 0;
    l->length = 0;
    l->lines++;
}

static void copy_line_add(struct copy_lines *l, str piece)
{
    for (size_t i = 0; i < piece.n; i++) {
        if (piece.p[i] == '\n') {
            l->crlf = l->last == '\r';
            copy_line_end(l);
        } else if (piece.p[i] != '\r') {
            if (l->length < sizeof l->head)
                l->head[l->length] = piece.p[i];
            l->length++;
        }
        l->last = piece.p[i];
    }
}

static bool file_copy_in(struct sink *sink, const struct stmt *s, copy_fn *next,
                         void *context, int64_t *rows, struct err *e)
{
    struct file_sink *f = (struct file_sink *)sink;
    struct copy_lines lines = {.lines = 0};
    if (!copy_can_be_text(s, e) || !put_stmt(f, s, ";\n", e))
        return false;
    for (;;) {
        str piece = STR_NONE;
        if (!next(context, &piece, e))
            return false;
        if (piece.n == 0)
            break;
        copy_line_add(&lines, piece);
        if (lines.stop)
            break;
        if (!written(f, piece, e))
            return false;
    }
    if (lines.length && !lines.stop) {
        copy_line_end(&lines);
        if (!written(f, lines.crlf ? STR("\r\n") : STR("\n"), e))
            return false;
    }
    if (lines.stop) {
        err_set(e, ERR_FAILED,
                "the data holds a line with \\. alone, which ends COPY data");
        return s->from.file.p ? err_at(e, s->from.file, s->from.line) : false;
    }
    *rows = lines.lines;
    return written(f, lines.crlf ? STR("\\.\r\n\n") : STR("\\.\n\n"), e);
}

static bool file_sync(struct sink *sink, struct err *e)
{
    struct file_sink *f = (struct file_sink *)sink;
    if (fflush(f->out) == 0 && !ferror(f->out))
        return true;
    return err_set(e, ERR_FAILED, "the SQL text cannot be written: %s", strerror(errno));
}

/* One comment line for each line of the text. A failing write is found by the next one.
 */
static void file_remark(struct sink *sink, str text)
{
    struct file_sink *f = (struct file_sink *)sink;
    fputs("-- ", f->out);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n')
            fputs("\n-- ", f->out);
        else
            fputc(text.p[i] == '\r' ? ' ' : text.p[i], f->out);
    }
    fputs("\n\n", f->out);
}

struct sink *sink_file(FILE *out, int server_version, struct arena *a)
{
    struct file_sink *f = NEW(a, struct file_sink);
    f->out = out;
    f->text = buf_in(a);
    f->sink = (struct sink){.exec = file_exec,
                            .query = file_query,
                            .each = file_each,
                            .copy_in = file_copy_in,
                            .sync = file_sync,
                            .remark = file_remark,
                            .server_version = server_version,
                            .offline = true};
    return &f->sink;
}
