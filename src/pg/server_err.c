/* What the server said, as a struct err, with what to do about it. */
#include "pg/conn_inner.h"
#include "plan/masked.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Not "stamp head": what follows is not there. */
static const char there_already[] =
    "if the database already is as this revision makes it, record it without running it: "
    "moonshift stamp REVISION";

/* By SQLSTATE (manual, appendix A). */
static const struct {
    const char *sqlstate, *hint;
} hints[] = {
    {"42P07", there_already},
    {"42710", there_already},
    {"42701", there_already},
    {"42501", "the role of this connection lacks the privilege: grant it, or connect as "
              "the owner, or set role = \"owner\" in moonshift.lua"},
    {"53200", "one transaction locks every table it touches, and the server has room for "
              "about max_locks_per_transaction (default 64) times max_connections locks: "
              "raise it in postgresql.conf, or split the revision"},
    {"53300", "the server has no free connection: raise max_connections, or close some"},
    {"3F000",
     "search_path names no schema that is there: create one, or set search_path in "
     "moonshift.lua, or write schema = \"...\" beside each name"},
    {"53100", "the server's disk is full"},
    {"55P03", "another session holds the lock: run it again at a quieter time, or with a "
              "longer lock_timeout"},
    {"57014", "the statement was cancelled, by statement_timeout or by a person"},
    {"25001", "this statement cannot run inside a transaction: put it into "
              "op.autocommit(function() ... end), or set transactional = false in the "
              "revision file"},
    {"2D000", "the procedure or block ends transactions by itself: put the call into "
              "op.autocommit(function() ... end), or set transactional = false in the "
              "revision file"},
    {"25006", "the connection is read-only: is this a standby, or is "
              "default_transaction_read_only set?"},
    {"40P01", "two sessions waited for each other and the server ended this one: run it "
              "again"},
    {"40001", "another transaction changed the same rows: run it again"},
    {"55P04",
     "a new enum value can be used only after the transaction that adds it: use "
     "it in a later revision, or add it inside op.autocommit(function() ... end)"},
    {"2BP01", "other objects depend on it: drop them first, or give cascade = true"},
    {"23502", "rows have no value there: fill them first, or give the column a default"},
    {"23503", "rows point to rows that are not there: repair the data first"},
    {"23505", "rows hold the same value more than once: repair the data first"},
    {"23514", "rows break the condition: repair the data first, or create the constraint "
              "with not_valid = true"},
    {"42883", "no function or operator takes these types: a cast may be missing, or an "
              "extension (op.create_extension)"},
    {"42704",
     "is it created by an extension (op.create_extension) or by a later revision?"},
};

static const char *hint_for(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strcmp(hints[i].sqlstate, sqlstate) == 0)
            return hints[i].hint;
    return NULL;
}

const char *server_parting_hint(const char *sqlstate)
{
    static const struct {
        const char *sqlstate, *hint;
    } partings[] = {
        {"25P03",
         "the transaction was idle for longer than the role or the database allows, and "
         "is undone: settings = { idle_in_transaction_session_timeout = \"0\" } in the "
         "revision allows it"},
        {"25P04",
         "the transaction took longer than the role or the database allows, and is "
         "undone: settings = { transaction_timeout = \"0\" } in the revision allows it"},
        {"08P01", "a pooler in statement mode carries no transactions: connect to the "
                  "server itself (often port 5432 instead of 6432)"},
    };
    for (size_t i = 0; i < sizeof partings / sizeof *partings; i++)
        if (strcmp(partings[i].sqlstate, sqlstate) == 0)
            return partings[i].hint;
    return NULL;
}

bool stmt_is(str sql, const char *word)
{
    size_t i = 0, n = strlen(word);
    for (;;) {
        while (i < sql.n && isspace((unsigned char)sql.p[i]))
            i++;
        if (i + 1 < sql.n && sql.p[i] == '-' && sql.p[i + 1] == '-') {
            while (i < sql.n && sql.p[i] != '\n')
                i++;
        } else if (i + 1 < sql.n && sql.p[i] == '/' && sql.p[i + 1] == '*') {
            int depth = 0; /* comments nest (manual, 4.1.5) */
            do {
                bool opens = sql.p[i] == '/' && sql.p[i + 1] == '*';
                bool closes = sql.p[i] == '*' && sql.p[i + 1] == '/';
                depth += opens - closes;
                i += opens || closes ? 2 : 1;
            } while (depth && i + 1 < sql.n);
        } else {
            break;
        }
    }
    return sql.n - i >= n && strncasecmp(sql.p + i, word, n) == 0 &&
           (sql.n - i == n || !isalnum((unsigned char)sql.p[i + n]));
}

bool stmt_holds(str sql, const char *word)
{
    str w = str_of(word);
    for (size_t i = 0; i + w.n <= sql.n; i++) {
        bool starts =
            i == 0 || (!isalnum((unsigned char)sql.p[i - 1]) && sql.p[i - 1] != '_');
        bool ends = i + w.n == sql.n ||
                    (!isalnum((unsigned char)sql.p[i + w.n]) && sql.p[i + w.n] != '_');
        if (starts && ends && strncasecmp(sql.p + i, w.p, w.n) == 0)
            return true;
    }
    return false;
}

static str field(const PGresult *r, int code)
{
    return str_trim(str_of(PQresultErrorField(r, code)));
}

static int number(str s)
{
    long n = 0;
    return str_int(s, &n) && n > 0 && n < 1000000000 ? (int)n : 0;
}

/* relation "app.users" does not exist: the server says the same of app.users and of
 * "app.users", so the statement tells whether the dot is inside one quoted name. */
static bool quotes_a(char mark, str message, str sql)
{
    size_t from = str_find(message, '"');
    str rest = str_cut(message, from + 1, message.n);
    str name = str_cut(rest, 0, str_find(rest, '"'));
    if (name.n == rest.n || str_find(name, mark) == name.n)
        return false;
    str quoted = {name.p - 1, name.n + 2};
    return str_index(sql, quoted) < sql.n;
}

/* function app.f() does not exist: what the statement quotes as one name tells whether
 * the schema or the parentheses were written into it. */
static const char *quoted_function(str message, str sql, struct arena *a)
{
    size_t from = str_find(message, ' ') + 1, end = str_find(message, '(');
    if (from > end)
        return NULL;
    str name = str_cut(message, from, end);
    if (str_index(sql, str_fmt(a, "\"%.*s\"", STR_ARG(name))) < sql.n &&
        str_find(name, '.') < name.n)
        return "a name is one identifier: write function_schema = \"...\" (or schema) "
               "beside the function's name, not \"schema.function\"";
    if (str_index(sql, str_fmt(a, "\"%.*s(", STR_ARG(name))) < sql.n)
        return "write the function's name only, without parentheses; what it is called "
               "with goes into args";
    return NULL;
}

static bool speaks_of_roles(str sql)
{
    return stmt_is(sql, "grant") || stmt_is(sql, "revoke") ||
           stmt_is(sql, "alter default privileges") || stmt_holds(sql, "owner to") ||
           stmt_holds(sql, "policy") || stmt_holds(sql, "user mapping");
}

static void add_hint(str message, const struct stmt *stmt, struct err *e)
{
    const char *hint = hint_for(e->sqlstate);
    if (strcmp(e->sqlstate, "42883") == 0) {
        const char *quoted = quoted_function(message, stmt->sql, &e->arena);
        hint = quoted ? quoted : hint;
    }
    if (strcmp(e->sqlstate, "42P01") == 0 && quotes_a('(', message, stmt->sql)) {
        err_hint(e,
                 "a name stands without parentheses: references = \"table.column\", or "
                 "{ \"table\", \"column\" }");
        return;
    }
    if (strcmp(e->sqlstate, "42P01") == 0 && quotes_a('.', message, stmt->sql)) {
        err_hint(e, "a name is one identifier: write schema = \"...\" beside the table's "
                    "name, not \"schema.table\"");
        return;
    }
    if (strcmp(e->sqlstate, "42P01") == 0 && stmt->guard.p) {
        err_hint(e,
                 "the revision dropped a table of Moonshift's own, with its schema "
                 "perhaps: keep them in another schema, version_schema in moonshift.lua");
        return;
    }
    if (strcmp(e->sqlstate, "42704") == 0 && stmt_is(stmt->sql, "set"))
        hint = "settings are PostgreSQL's own: SHOW ALL lists them";
    if (strcmp(e->sqlstate, "42704") == 0 && speaks_of_roles(stmt->sql))
        hint =
            "a role is created outside of migrations, for all databases of the server; "
            "or is it the object, made by an extension or by a later revision?";
    if (strcmp(e->sqlstate, "22023") == 0 && stmt_is(stmt->sql, "security label"))
        hint = "a label is checked by its provider, a library of the server that "
               "shared_preload_libraries names: without one, leave the call out";
    if (hint)
        err_hint(e, "%s", hint);
}

/* Where the text comes from: the server's CONTEXT, and the place in a raw script. */
static void add_context(const PGresult *r, const struct stmt *stmt, struct err *e)
{
    str context = field(r, PG_DIAG_CONTEXT);
    struct buf b = buf_in(&e->arena);
    buf_str(&b, sql_masked(context, &e->arena)); /* it quotes statements */
    str place = stmt_place(stmt, &e->arena);
    if (place.n)
        buf_fmt(&b, "%s%.*s", context.n ? "\n" : "", STR_ARG(place));
    if (b.n)
        e->context = buf_done(&b);
}

void server_err(const PGresult *r, const struct stmt *stmt, struct err *e)
{
    str message = field(r, PG_DIAG_MESSAGE_PRIMARY);
    str state = field(r, PG_DIAG_SQLSTATE);
    if (!message.n)
        message = str_trim(str_of(PQresultErrorMessage(r)));
    if (stmt->guard.p && str_is(state, "22012")) {
        size_t end = str_find(stmt->guard, '\n');
        str rest = str_cut(stmt->guard, end + 1, stmt->guard.n);
        err_set(e, ERR_FAILED, "%.*s", STR_ARG(str_cut(stmt->guard, 0, end)));
        if (rest.n)
            err_hint(e, "%.*s", STR_ARG(rest));
        err_at(e, stmt->from.file, stmt->from.line);
        return;
    }
    err_set(e, ERR_FAILED, "%.*s", STR_ARG(sql_masked(message, &e->arena)));
    if (state.n == 5)
        memcpy(e->sqlstate, state.p, 5);
    /* A statement of our own without a place must not get that of the one that is queued
     * when its error arrives. */
    err_at(e, stmt->from.file.p ? stmt->from.file : STR(""), stmt->from.line);
    str detail = field(r, PG_DIAG_MESSAGE_DETAIL), hint = field(r, PG_DIAG_MESSAGE_HINT);
    if (detail.n)
        e->detail = sql_masked(detail, &e->arena);
    str inner = field(r, PG_DIAG_INTERNAL_QUERY);
    if (inner.n) { /* the text of a function or DO block failed, not the statement's */
        inner = str_of(PQresultErrorField(r, PG_DIAG_INTERNAL_QUERY));
        e->sql = sql_masked(inner, &e->arena);
        e->position = number(field(r, PG_DIAG_INTERNAL_POSITION));
    } else {
        e->sql = sql_masked(stmt->sql, &e->arena);
        e->position = number(field(r, PG_DIAG_STATEMENT_POSITION));
    }
    add_context(r, stmt, e);
    /* The server's own hint with 42710: a base type has no shell yet. */
    if (!hint.n || !str_is(state, "42710"))
        add_hint(message, stmt, e);
    if (hint.n) {
        str stem =
            str_ends(hint, STR(".")) && e->hint.p ? str_cut(hint, 0, hint.n - 1) : hint;
        if (e->hint.p)
            e->hint = str_fmt(&e->arena, "%.*s; %.*s", STR_ARG(stem), STR_ARG(e->hint));
        else
            err_hint(e, "%.*s", STR_ARG(hint));
    }
}
