#include "plan/sqlparts.h"

#include "plan/masked.h"
#include "plan/sqlscan.h"
#include "plan/sqltext.h"

/* Newer than any server: what the parser does not know is split by its tokens. */
enum { ANY_SERVER = 990000 };

struct cutter {
    str text;
    const struct sql_parts_options *options;
    struct sql_parts *out;
    struct arena *arena;
    struct buf part; /* the one being written */
    bool outside;    /* where the script stands */
    bool alone;      /* the part holds what the server refuses in a transaction */
    size_t copied;   /* bytes of the text that are dealt with */
};

static void end_part(struct cutter *c)
{
    str text = str_trim(buf_done(&c->part));
    if (sql_trim(text).n)
        *PUSH(c->arena, c->out->at, c->out->n, c->out->room) =
            (struct sql_part){str_copy(c->arena, text), c->outside || c->alone};
    c->part = buf_in(c->arena);
    c->alone = false;
}

/* Where the next statement starts: white space, comments, semicolons and what psql's
 * lines say stand before it. */
static size_t statement_start(str text, size_t from)
{
    struct token t = sql_token_after(text, from);
    while (t.kind != TOKEN_END && (token_is(text, t, ';') || token_is(text, t, '\\'))) {
        size_t next = t.end;
        while (token_is(text, t, '\\') && next < text.n && text.p[next] != '\n')
            next++;
        t = sql_token_after(text, next);
    }
    return t.start;
}

/* Passes over a statement and its semicolon. */
static void leave_out(struct cutter *c, size_t start, size_t end)
{
    buf_str(&c->part, str_cut(c->text, c->copied, start));
    struct token t = sql_token_after(c->text, end);
    c->copied = token_is(c->text, t, ';') ? t.end : end;
}

/* BEGIN and COMMIT alone, with their noise words: ISOLATION LEVEL, AND CHAIN and the like
 * would be lost. */
static bool is_plain(str text, size_t start, size_t end)
{
    struct token t = sql_token_after(text, start);
    t = sql_token_after(text, t.end);
    if (t.start < end &&
        (token_word(text, t, "WORK") || token_word(text, t, "TRANSACTION")))
        t = sql_token_after(text, t.end);
    return t.start >= end;
}

/* BEGIN and COMMIT move between inside and outside; nothing else may. */
static bool control(struct cutter *c, size_t start, size_t end, struct err *e)
{
    struct token t = sql_token_after(c->text, start);
    bool begins = token_word(c->text, t, "BEGIN") || token_word(c->text, t, "START");
    bool commits = token_word(c->text, t, "COMMIT") || token_word(c->text, t, "END");
    if ((!begins && !commits) || !is_plain(c->text, start, end)) {
        err_set(e, ERR_FAILED, "%.*s has no place in a migration",
                STR_ARG(str_cut(c->text, start, end)));
        e->sql = sql_masked(str_cut(c->text, start, end), &e->arena);
        e->position = 1;
        return err_hint(e, "remove it from the script, and import again");
    }
    leave_out(c, start, end);
    end_part(c);
    c->outside = commits;
    return true;
}

static bool is_bookkeeping(const struct cutter *c, const struct sql_facts *facts)
{
    if (c->options->bookkeeping.n == 0)
        return false;
    if (str_eq(facts->target.name, c->options->bookkeeping))
        return true;
    return str_is(facts->kind, "DropStmt") && facts->n_tables == 1 &&
           str_eq(facts->tables[0].name, c->options->bookkeeping);
}

static bool is_control(const struct stmt *s, const struct sql_facts *facts)
{
    return facts->kind.n ? (facts->flags & SQL_CONTROL) != 0
                         : str_is(s->sql, "BEGIN") || str_is(s->sql, "COMMIT");
}

static bool add(struct cutter *c, const struct stmt *s, struct err *e)
{
    struct sql_facts facts = {0};
    size_t start = statement_start(c->text, c->copied), end = start + s->sql.n;
    sql_facts(s, &facts, c->arena);
    if (!c->options->outside && is_control(s, &facts))
        return control(c, start, end, e);
    if (is_bookkeeping(c, &facts)) {
        leave_out(c, start, end);
        return true;
    }
    c->alone = c->alone || (s->flags & STMT_NO_TX) != 0;
    buf_str(&c->part, str_cut(c->text, c->copied, end));
    c->copied = end;
    return true;
}

bool sql_parts(str text, const struct sql_parts_options *options, struct sql_parts *out,
               struct arena *a, struct err *e)
{
    struct stmt_list list = {0};
    struct split_options any = {.server_version = ANY_SERVER};
    struct cutter c = {.text = text,
                       .options = options,
                       .out = out,
                       .arena = a,
                       .part = buf_in(a),
                       .outside = options->outside};
    if (!sql_split_for(text, &any, &list, a, e))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (!add(&c, &list.at[i], e))
            return false;
    buf_str(&c.part, str_cut(text, c.copied, text.n));
    end_part(&c);
    return true;
}
