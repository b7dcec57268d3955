#include "plan/sqltext.h"

#include "base/utf8.h"
#include "plan/masked.h"
#include "plan/sqlscan.h"

#include <pg_query.h>
#include <string.h>

static int line_at(str text, size_t byte)
{
    int line = 1;
    for (size_t i = 0; i < byte && i < text.n; i++)
        line += text.p[i] == '\n';
    return line;
}

/* What the server calls the position of a byte: in characters, from 1. */
static int position_at(str text, size_t byte)
{
    return (int)utf8_count(str_cut(text, 0, byte)) + 1;
}

/* Puts the place in a script to an error: the whole text, so that the line shown is the
 * script's, and the position in it. */
static bool at_byte(struct err *e, str text, size_t byte)
{
    e->sql = sql_masked(text, &e->arena);
    e->position = position_at(text, byte);
    return false;
}

static size_t line_start(str text, size_t i)
{
    while (i > 0 && text.p[i - 1] != '\n')
        i--;
    return i;
}

static size_t line_end(str text, size_t i)
{
    while (i < text.n && text.p[i] != '\n')
        i++;
    return i;
}

enum { SHOWN = 40 }; /* of a command of psql in a message: bytes */

/* A backslash outside quotes is a command of psql. */
static bool psql_command(char *copy, str text, struct token t, struct err *e)
{
    size_t end = line_end(text, t.start);
    str word = str_cut(text, t.start, end);
    for (size_t i = 1; i < word.n; i++)
        if (word.p[i] == ' ' || word.p[i] == '\t' || word.p[i] == '\r')
            word.n = i;
    bool first = str_trim(str_cut(text, line_start(text, t.start), t.start)).n == 0;
    if (first && (str_is(word, "\\restrict") || str_is(word, "\\unrestrict"))) {
        memset(copy + t.start, ' ', end - t.start);
        return true;
    }
    err_set(e, ERR_FAILED, "line %d of the script: %.*s is a command of psql, not SQL",
            line_at(text, t.start), STR_ARG(str_cut(word, 0, utf8_floor(word, SHOWN))));
    err_hint(e, "%s",
             str_is(word, "\\connect") || str_is(word, "\\c")
                 ? "a migration runs in the database it is connected to: "
                   "remove the line"
                 : "remove the line, or write what it does as SQL");
    return at_byte(e, text, t.start);
}

static bool copy_from_stdin(str text, size_t start, struct err *e)
{
    err_set(e, ERR_FAILED,
            "line %d of the script: COPY ... FROM stdin takes its data from psql",
            line_at(text, start));
    err_hint(e, "use op.copy_from, or dump with pg_dump --inserts or --schema-only");
    return at_byte(e, text, start);
}

/* Finds what only psql understands. `copy` is the same text with pg_dump's \restrict
 * lines blanked, so that all offsets stay as they are. */
static bool survey(str text, char *copy, struct err *e)
{
    struct token t = sql_token_after(text, 0), before = {.kind = TOKEN_END};
    size_t start = t.start;
    bool first = true, copying = false;
    while (t.kind != TOKEN_END) {
        size_t next = t.end;
        if (first) {
            start = t.start;
            copying = token_word(text, t, "COPY");
        }
        if (copying && token_word(text, t, "STDIN") && token_word(text, before, "FROM"))
            return copy_from_stdin(text, start, e);
        first = token_is(text, t, ';');
        before = t;
        if (token_is(text, t, '\\')) {
            if (!psql_command(copy, text, t, e))
                return false;
            first = true;
            next = line_end(text, t.start);
        }
        t = sql_token_after(text, next);
    }
    return true;
}

/* What the words alone tell, for text that the parser does not take. */
static unsigned flags_of_words(str sql)
{
    struct token t = sql_token_after(sql, 0), second = sql_token_after(sql, t.end);
    static const char *const control[] = {"BEGIN", "START", "COMMIT", "END", "ABORT"};
    for (size_t i = 0; i < sizeof control / sizeof *control; i++)
        if (token_word(sql, t, control[i]))
            return SQL_CONTROL;
    if (token_word(sql, t, "PREPARE") && token_word(sql, second, "TRANSACTION"))
        return SQL_CONTROL;
    if (token_word(sql, t, "VACUUM"))
        return SQL_NO_TX;
    bool rollback = token_word(sql, t, "ROLLBACK");
    bool makes = token_word(sql, t, "CREATE") || token_word(sql, t, "DROP");
    bool other = token_word(sql, t, "ALTER") || token_word(sql, t, "REINDEX");
    static const char *const whole[] = {"DATABASE", "TABLESPACE", "SUBSCRIPTION"};
    for (size_t i = 0; makes && i < sizeof whole / sizeof *whole; i++)
        if (token_word(sql, second, whole[i]))
            return SQL_NO_TX;
    if (token_word(sql, t, "ALTER") && token_word(sql, second, "SYSTEM"))
        return SQL_NO_TX;
    for (t = second; t.kind != TOKEN_END; t = sql_token_after(sql, t.end)) {
        if (rollback && token_word(sql, t, "TO"))
            return 0;
        if ((makes || other) && token_word(sql, t, "CONCURRENTLY"))
            return SQL_NO_TX | SQL_CONCURRENTLY;
    }
    return rollback ? SQL_CONTROL : 0;
}

/* Most statements cannot be of interest, and no tree needs to be built for them. */
static bool worth_parsing(str sql)
{
    static const char *const words[] = {
        "CONCURRENTLY", "VACUUM", "REINDEX",      "CLUSTER",     "DISCARD", "DATABASE",
        "TABLESPACE",   "SYSTEM", "SUBSCRIPTION", "BEGIN",       "START",   "COMMIT",
        "ROLLBACK",     "END",    "ABORT",        "TRANSACTION",
    };
    struct token t = sql_token_after(sql, 0);
    for (; t.kind != TOKEN_END; t = sql_token_after(sql, t.end))
        for (size_t i = 0; t.kind == TOKEN_WORD && i < sizeof words / sizeof *words; i++)
            if (token_word(sql, t, words[i]))
                return true;
    return false;
}

static unsigned flags_of(const struct stmt *s)
{
    if (!worth_parsing(s->sql))
        return 0;
    struct arena scratch = {0};
    struct sql_facts facts;
    unsigned flags =
        sql_facts(s, &facts, &scratch) ? facts.flags : flags_of_words(s->sql);
    arena_reset(&scratch);
    return flags;
}

/* May the server want to run this alone? CALL of a procedure that commits and DO whose text
 * says so (manual, CALL and DO), REINDEX and CLUSTER of what is partitioned. */
static bool may_want_to_be_alone(str sql)
{
    struct token t = sql_token_after(sql, 0);
    if (token_word(sql, t, "CALL") || token_word(sql, t, "REINDEX") ||
        token_word(sql, t, "CLUSTER"))
        return true;
    return token_word(sql, t, "DO") &&
           (strcasestr(sql.p, "commit") || strcasestr(sql.p, "rollback"));
}

static bool refuse_control(str text, size_t start, bool autocommit, struct err *e)
{
    struct token t = sql_token_after(text, start);
    if (autocommit) {
        err_set(
            e, ERR_FAILED,
            "line %d of the script: %.*s: each statement commits by itself here, so that "
            "an interrupted revision goes on where it stopped",
            line_at(text, start), STR_ARG(token_text(text, t)));
        err_hint(
            e, "remove it; what must happen together belongs into a revision of its own, "
               "without `transactional = false`");
        return at_byte(e, text, start);
    }
    bool begins = token_word(text, t, "BEGIN") || token_word(text, t, "START");
    err_set(e, ERR_FAILED,
            begins ? "line %d of the script: %.*s: the revision runs in a transaction "
                     "already"
                   : "line %d of the script: %.*s would end the transaction that the "
                     "revision runs in, and break \"whole or not at all\"",
            line_at(text, start), STR_ARG(token_text(text, t)));
    err_hint(e, "remove it: the program begins and commits by itself; what must be "
                "committed first belongs into a revision before this one, and where "
                "each statement shall commit by itself, into one with `transactional = "
                "false`");
    return at_byte(e, text, start);
}

struct splitter {
    str text; /* NUL behind it */
    const struct split_options *options;
    struct stmt_list *out;
    struct arena *arena;
    size_t counted; /* bytes whose newlines are in `line` */
    int line;
};

/* Adds the statement in [from, to) unless there is nothing but comments. */
static bool add_stmt(struct splitter *s, size_t from, size_t to, struct err *e)
{
    str sql = sql_trim(str_cut(s->text, from, to));
    if (sql.n == 0)
        return true;
    size_t start = (size_t)(sql.p - s->text.p);
    for (; s->counted < start; s->counted++)
        s->line += s->text.p[s->counted] == '\n';
    struct stmt stmt = {.sql = str_copy(s->arena, sql), .first_line = s->line};
    unsigned flags = flags_of(&stmt);
    bool autocommit = s->options->autocommit;
    if ((flags & SQL_CONTROL) && (s->options->in_transaction || autocommit))
        return refuse_control(s->text, start, autocommit, e);
    bool alone = (flags & SQL_NO_TX) || (autocommit && may_want_to_be_alone(stmt.sql));
    stmt.flags = STMT_RAW | (alone ? STMT_NO_TX : 0u);
    *PUSH(s->arena, s->out->at, s->out->n, s->out->room) = stmt;
    return true;
}

/* CREATE [OR REPLACE] FUNCTION or PROCEDURE: such a statement may hold BEGIN ATOMIC. */
static bool creates_routine(str text, struct token t)
{
    if (!token_word(text, t, "CREATE"))
        return false;
    t = sql_token_after(text, t.end);
    if (token_word(text, t, "OR")) {
        t = sql_token_after(text, t.end);
        t = sql_token_after(text, t.end);
    }
    return token_word(text, t, "FUNCTION") || token_word(text, t, "PROCEDURE");
}

/* Splits at semicolons, as psql does: not in parentheses, not in a BEGIN ATOMIC body. */
static bool split_by_tokens(struct splitter *s, struct err *e)
{
    size_t from = 0;
    int parens = 0, bodies = 0;
    bool routine = false;
    struct token t = sql_token_after(s->text, 0);
    for (bool first = true; t.kind != TOKEN_END; t = sql_token_after(s->text, t.end)) {
        if (first)
            routine = creates_routine(s->text, t);
        first = false;
        if (token_is(s->text, t, '('))
            parens++;
        else if (token_is(s->text, t, ')') && parens)
            parens--;
        else if (routine && !parens && token_word(s->text, t, "BEGIN"))
            bodies++;
        else if (bodies && token_word(s->text, t, "CASE"))
            bodies++;
        else if (bodies && token_word(s->text, t, "END"))
            bodies--;
        else if (token_is(s->text, t, ';') && !parens && !bodies) {
            if (!add_stmt(s, from, t.start, e))
                return false;
            from = t.end;
            first = true;
        }
    }
    return add_stmt(s, from, s->text.n, e);
}

static bool syntax_error(str text, const PgQueryError *problem, struct err *e)
{
    size_t byte = utf8_byte(text, (size_t)problem->cursorpos - 1);
    if (problem->cursorpos > 0)
        err_set(e, ERR_FAILED, "%s (line %d of the script)", problem->message,
                line_at(text, byte));
    else
        err_set(e, ERR_FAILED, "%s", problem->message);
    memcpy(e->sqlstate, "42601", sizeof e->sqlstate);
    e->sql = sql_masked(text, &e->arena);
    e->position = problem->cursorpos > 0 ? problem->cursorpos : 0;
    return false;
}

static bool add_parsed(struct splitter *s, const PgQuerySplitResult *split, struct err *e)
{
    for (int i = 0; i < split->n_stmts; i++) {
        size_t from = (size_t)split->stmts[i]->stmt_location;
        size_t n = (size_t)split->stmts[i]->stmt_len;
        if (!add_stmt(s, from, from + n, e))
            return false;
    }
    return true;
}

bool sql_split_for(str text, const struct split_options *options, struct stmt_list *out,
                   struct arena *a, struct err *e)
{
    if (str_find(text, '\0') < text.n) {
        err_set(e, ERR_FAILED, "line %d of the script: a NUL byte cannot be part of SQL",
                line_at(text, str_find(text, '\0')));
        return false;
    }
    char *copy = arena_copy(a, text.p, text.n);
    struct splitter s = {
        .text = {copy, text.n}, .options = options, .out = out, .arena = a, .line = 1};
    if (!survey(text, copy, e))
        return false;
    PgQuerySplitResult split = pg_query_split_with_parser(copy);
    bool ok;
    if (!split.error)
        ok = add_parsed(&s, &split, e);
    else if (options->server_version / 10000 > PG_VERSION_NUM / 10000)
        ok = split_by_tokens(&s, e);
    else
        ok = syntax_error(s.text, split.error, e);
    pg_query_free_split_result(split);
    return ok;
}

bool sql_split(str text, bool in_transaction, struct stmt_list *out, struct arena *a,
               struct err *e)
{
    struct split_options options = {.in_transaction = in_transaction};
    return sql_split_for(text, &options, out, a, e);
}
