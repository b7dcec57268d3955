#include "pg/ledger.h"

#include "base/hash.h"
#include "pg/sql.h"
#include "plan/quote.h"

#include <string.h>

/* -- names -------------------------------------------------------------------------- */

static str schema_of(const struct ledger_names *names)
{
    return names->schema.n ? names->schema : STR("public");
}

static str qualified(const struct ledger_names *names, str table, struct arena *a)
{
    struct buf b = buf_in(a);
    quote_name(&b, schema_of(names), table);
    return buf_done(&b);
}

str ledger_expand(str text, const struct ledger_names *names, struct arena *a)
{
    struct buf b = buf_in(a);
    for (size_t i = 0; i < text.n;) {
        str rest = str_cut(text, i, text.n);
        size_t brace = str_find(rest, '{');
        buf_str(&b, str_cut(rest, 0, brace));
        i += brace;
        if (brace == rest.n)
            break;
        str word = str_cut(rest, brace + 1, rest.n);
        word = str_cut(word, 0, str_find(word, '}'));
        str table = str_is(word, "version")    ? names->version_table
                    : str_is(word, "progress") ? STR("moonshift_progress")
                    : str_is(word, "lock")     ? STR("moonshift_lock")
                                               : STR("moonshift_log");
        quote_name(&b, schema_of(names), table);
        i += word.n + 2;
    }
    return buf_done(&b);
}

bool ledger_has(struct sink *s, const struct ledger_names *names, str table, bool *there,
                struct arena *a, struct err *e)
{
    struct param where = sql_param(qualified(names, table, a));
    struct stmt probe = {.sql = STR("SELECT to_regclass($1::text) IS NOT NULL"),
                         .params = &where,
                         .n_params = 1,
                         .flags = STMT_QUIET};
    struct rows is;
    if (!s->query(s, &probe, &is, a, e))
        return false;
    *there = rows_true(&is, 0);
    return true;
}

bool ledger_advise(struct sink *s, const struct ledger_names *names, str *advice,
                   struct arena *a, struct err *e)
{
    bool there = false, alembic = false;
    *advice = STR_NONE;
    if (!ledger_has(s, names, names->version_table, &there, a, e) ||
        (!there && !ledger_has(s, names, STR("alembic_version"), &alembic, a, e)))
        return false;
    if (alembic)
        *advice = STR("this database has a table alembic_version: version_table = "
                      "\"alembic_version\" in moonshift.lua goes on with it (moonshift "
                      "import alembic brings its revisions)");
    return true;
}

/* -- read --------------------------------------------------------------------------- */

/* The statement is ours: it helps nobody who cannot change it. */
static void hint_unreadable(const struct ledger_names *names, struct err *e)
{
    const struct {
        const char *sqlstate, *hint;
    } hints[] = {
        {"42501", "to look, a role needs SELECT on the tables of the bookkeeping: GRANT "
                  "SELECT ON %.*s, moonshift_log, moonshift_progress TO the role (and "
                  "USAGE on their schema)"},
        {"42703", "version_table (%.*s) must name a table of Moonshift's or Alembic's, "
                  "with a column version_num"},
        {"55P03", "another session holds a lock on %.*s: it migrates inside one "
                  "transaction, or a person has locked the table; run it again later"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        if (strcmp(e->sqlstate, hints[i].sqlstate) != 0)
            continue;
        e->sql = e->context = STR_NONE;
        e->hint = str_fmt(&e->arena, hints[i].hint, STR_ARG(names->version_table));
    }
}

bool ledger_read(struct sink *s, struct ledger_names *names, struct strs *rows,
                 bool *exists, struct arena *a, struct err *e)
{
    struct param params[] = {sql_param(names->schema.p ? names->schema : STR("")),
                             sql_param(names->version_table)};
    struct stmt stmt = {.sql = str_copy(a, sql_named("ledger_read")),
                        .params = params,
                        .n_params = 2,
                        .flags = STMT_QUIET};
    struct rows found;
    *rows = (struct strs){0};
    *exists = false;
    if (!s->query(s, &stmt, &found, a, e)) {
        hint_unreadable(names, e);
        return false;
    }
    if (!names->schema.n)
        names->schema = found.cells[0].text;
    *exists = rows_true(&found, 1);
    str rest = found.cells[2].null ? STR_NONE : found.cells[2].text, id;
    while (str_split(&rest, '\n', &id))
        strs_add(rows, str_copy(a, id), a); /* parameters have a NUL behind them */
    return true;
}

/* -- ensure ------------------------------------------------------------------------- */

static bool exec_quiet(struct sink *s, str sql, struct err *e)
{
    struct stmt stmt = {.sql = sql, .flags = STMT_QUIET};
    return s->exec(s, &stmt, e);
}

static bool create(struct sink *s, const struct ledger_names *names, const char *file,
                   struct arena *a, struct err *e)
{
    str rest = sql_named(file), statement;
    while (sql_next(&rest, &statement))
        if (!exec_quiet(s, ledger_expand(statement, names, a), e))
            return false;
    return true;
}

static bool create_schema(struct sink *s, const struct ledger_names *names,
                          struct arena *a, struct err *e)
{
    struct buf b = buf_in(a);
    buf_put(&b, "CREATE SCHEMA IF NOT EXISTS ");
    quote_ident(&b, schema_of(names));
    return exec_quiet(s, buf_done(&b), e);
}

/* Offline nothing can be looked up: everything is created if it is not there. */
static bool ensure_offline(struct sink *s, const struct ledger_names *names,
                           struct arena *a, struct err *e)
{
    bool is_public = str_is(schema_of(names), "public");
    return (is_public || create_schema(s, names, a, e)) &&
           create(s, names, "ledger_version", a, e) &&
           create(s, names, "ledger_log_table", a, e);
}

/* varchar(32) to text rewrites neither the table nor its index (manual, ALTER TABLE). */
static bool widen(struct sink *s, const struct ledger_names *names, struct arena *a,
                  struct err *e)
{
    str table = qualified(names, names->version_table, a);
    return exec_quiet(
        s,
        str_fmt(a, "ALTER TABLE %.*s ALTER COLUMN version_num TYPE text", STR_ARG(table)),
        e);
}

/* Programs with different version tables share a schema's log, and may all be the first.
 * IF NOT EXISTS does not keep two sessions apart that create at once: the slower one fails
 * with 23505 of a catalog's index. So one at a time creates, until its transaction ends.
 * Whoever waited looks again, behind a query that locks a catalog: only with a new lock does
 * a session hear in the middle of a transaction what others have created (inval.c), and
 * to_regclass alone takes none. */
static bool creates_alone(struct sink *s, const struct ledger_names *names,
                          struct arena *a, struct err *e)
{
    uint64_t key = hash_str(HASH_START, STR("moonshift tables:"));
    key = hash_str(key, schema_of(names));
    struct param param = sql_param(str_fmt(a, "%lld", (long long)key));
    struct stmt stmt = {.sql = STR("SELECT pg_advisory_xact_lock($1::bigint)"),
                        .params = &param,
                        .n_params = 1,
                        .flags = STMT_QUIET};
    return s->exec(s, &stmt, e) &&
           exec_quiet(s, STR("SELECT FROM pg_catalog.pg_namespace LIMIT 0"), e);
}

/* The columns of ledger_probe.sql. */
enum { SCHEMA, VERSION, LOG, NARROW, COLUMN };

static bool probe(struct sink *s, const struct ledger_names *names, struct rows *is,
                  bool *complete, struct arena *a, struct err *e)
{
    struct param params[] = {sql_param(schema_of(names)),
                             sql_param(names->version_table)};
    struct stmt stmt = {.sql = str_copy(a, sql_named("ledger_probe")),
                        .params = params,
                        .n_params = 2,
                        .flags = STMT_QUIET};
    if (!s->query(s, &stmt, is, a, e))
        return false;
    *complete = rows_true(is, VERSION) && rows_true(is, LOG) && !rows_true(is, NARROW);
    return true;
}

bool ledger_ensure(struct sink *s, const struct ledger_names *names, struct arena *a,
                   struct err *e)
{
    struct rows is;
    bool complete;
    if (s->offline)
        return ensure_offline(s, names, a, e);
    if (!probe(s, names, &is, &complete, a, e) ||
        (!complete &&
         !(creates_alone(s, names, a, e) && probe(s, names, &is, &complete, a, e))))
        return false;
    if (rows_true(&is, VERSION) && !rows_true(&is, COLUMN)) {
        str table = qualified(names, names->version_table, a);
        err_set(e, ERR_FAILED, "%.*s is no version table: it has no column version_num",
                STR_ARG(table));
        return err_hint(e,
                        "version_table must name a table of Moonshift's or Alembic's, or "
                        "one that does not exist yet");
    }
    if (complete)
        return true;
    return (rows_true(&is, SCHEMA) || create_schema(s, names, a, e)) &&
           (rows_true(&is, VERSION) || create(s, names, "ledger_version", a, e)) &&
           (rows_true(&is, LOG) || create(s, names, "ledger_log_table", a, e)) &&
           (!rows_true(&is, NARROW) || widen(s, names, a, e)) && s->sync(s, e);
}

bool ledger_ensure_progress(struct sink *s, const struct ledger_names *names,
                            struct arena *a, struct err *e)
{
    bool there = false;
    str table = STR("moonshift_progress");
    if (!s->offline && (!ledger_has(s, names, table, &there, a, e) ||
                        (!there && !(creates_alone(s, names, a, e) &&
                                     ledger_has(s, names, table, &there, a, e)))))
        return false;
    if (there || (create(s, names, "ledger_progress_table", a, e) && s->sync(s, e)))
        return true;
    if (strcmp(e->sqlstate, "42501") != 0)
        return false;
    e->hint = STR_NONE;
    return err_hint(e, "the first revision that commits piece by piece makes "
                       "moonshift_progress; a role that may, can make it before: "
                       "moonshift ensure-version");
}

bool ledger_ensure_lock(struct conn *c, const struct ledger_names *names, struct arena *a,
                        struct err *e)
{
    struct sink *s = conn_sink(c);
    struct rows is;
    bool complete, there = false;
    str table = STR("moonshift_lock");
    if (!ledger_has(s, names, table, &there, a, e) || there)
        return there;
    return exec_quiet(s, STR("BEGIN"), e) && creates_alone(s, names, a, e) &&
           probe(s, names, &is, &complete, a, e) &&
           (rows_true(&is, SCHEMA) || create_schema(s, names, a, e)) &&
           ledger_has(s, names, table, &there, a, e) &&
           (there || create(s, names, "ledger_lock_table", a, e)) &&
           exec_quiet(s, STR("COMMIT"), e) && s->sync(s, e);
}

/* -- move --------------------------------------------------------------------------- */

struct move {
    struct buf sql;
    struct param *params;
    size_t n, room;
    size_t parts; /* how many of the three WITH parts there are */
    size_t rows;  /* how many rows must have been changed */
    struct arena *arena;
};

static void put_param(struct move *m, struct param p)
{
    *PUSH(m->arena, m->params, m->n, m->room) = p;
    buf_fmt(&m->sql, "$%zu", m->n);
}

static void put_part(struct move *m, const char *name)
{
    buf_fmt(&m->sql, "%s%s AS (", m->parts ? ", " : "WITH ", name);
    m->parts++;
}

static void put_update(struct move *m, str table, str from, str to)
{
    put_part(m, "moved");
    buf_fmt(&m->sql, "UPDATE %.*s SET version_num = ", STR_ARG(table));
    put_param(m, sql_param(to));
    buf_put(&m->sql, " WHERE version_num = ");
    put_param(m, sql_param(from));
    buf_put(&m->sql, " RETURNING 1)");
    m->rows++;
}

static void put_delete(struct move *m, str table, const str *ids, size_t n)
{
    put_part(m, "removed");
    buf_fmt(&m->sql, "DELETE FROM %.*s WHERE version_num IN (", STR_ARG(table));
    for (size_t i = 0; i < n; i++) {
        buf_put(&m->sql, i ? ", " : "");
        put_param(m, sql_param(ids[i]));
    }
    buf_put(&m->sql, ") RETURNING 1)");
    m->rows += n;
}

static void put_insert(struct move *m, str table, const str *ids, size_t n)
{
    put_part(m, "added");
    buf_fmt(&m->sql, "INSERT INTO %.*s (version_num) VALUES ", STR_ARG(table));
    for (size_t i = 0; i < n; i++) {
        buf_put(&m->sql, i ? ", (" : "(");
        put_param(m, sql_param(ids[i]));
        buf_char(&m->sql, ')');
    }
    buf_put(&m->sql, " ON CONFLICT DO NOTHING RETURNING 1)");
    m->rows += n;
}

/* When the run began, as an expression: with this transaction, or with the first of the
 * pieces that have committed. */
static void put_start(struct move *m, const struct ledger_names *names,
                      const struct run *run)
{
    if (!run->pieces) {
        buf_put(&m->sql, "now()");
        return;
    }
    str progress = qualified(names, STR("moonshift_progress"), m->arena);
    buf_fmt(&m->sql, "coalesce((SELECT min(started_at) FROM %.*s WHERE version_table = ",
            STR_ARG(progress));
    put_param(m, sql_param(names->version_table));
    buf_put(&m->sql, " AND revision = ");
    put_param(m, sql_param(run->revision));
    buf_put(&m->sql, "), now())");
}

static void put_log(struct move *m, const struct ledger_names *names,
                    const struct run *run)
{
    str log = qualified(names, STR("moonshift_log"), m->arena);
    buf_fmt(&m->sql,
            " INSERT INTO %.*s (version_table, revision, direction, message, "
            "checksum, os_user, host, program, duration%s) SELECT ",
            STR_ARG(log), run->pieces ? ", started_at" : "");
    put_param(m, sql_param(names->version_table));
    buf_put(&m->sql, ", ");
    put_param(m, sql_param_or_null(run->revision));
    buf_fmt(&m->sql, ", '%s'", run->stamped ? "stamp" : run->up ? "up" : "down");
    const str rest[] = {run->message, run->checksum, run->user, run->host, run->program};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        buf_put(&m->sql, ", ");
        put_param(m, sql_param_or_null(rest[i]));
    }
    buf_put(&m->sql, ", clock_timestamp() - ");
    put_start(m, names, run);
    if (run->pieces) {
        buf_put(&m->sql, ", ");
        put_start(m, names, run);
    }
    buf_put(&m->sql, " FROM ");
}

/* The aggregate over all parts, and the guard: a wrong count divides by zero (22012). */
static void put_guard(struct move *m, bool moved, bool removed, bool added)
{
    struct buf *b = &m->sql;
    bool first = true;
    if (m->parts > 1)
        buf_char(b, '(');
    const struct {
        bool there;
        const char *name;
    } parts[] = {{moved, "moved"}, {removed, "removed"}, {added, "added"}};
    for (size_t i = 0; i < 3; i++) {
        if (!parts[i].there)
            continue;
        buf_sep(b, &first, " UNION ALL ");
        buf_fmt(b, m->parts > 1 ? "SELECT FROM %s" : "%s", parts[i].name);
    }
    if (m->parts > 1)
        buf_put(b, ") AS changed");
    buf_fmt(b, " HAVING 1 / (count(*) = %zu)::int = 1", m->rows);
}

static str ids_text(const struct strs *ids, struct arena *a)
{
    struct buf b = buf_in(a);
    for (size_t i = 0; i < ids->n; i++)
        buf_fmt(&b, "%s'%.*s'", i ? ", " : "", STR_ARG(ids->at[i]));
    return buf_done(&b);
}

static str guard_text(const struct ledger_names *names, const struct step *step,
                      struct arena *a)
{
    str table = qualified(names, names->version_table, a);
    str had = ids_text(&step->removed, a), adds = ids_text(&step->added, a);
    const char *hint = "something else moved the version meanwhile: look with moonshift "
                       "current, then run it again";
    if (step->removed.n)
        return str_fmt(a, "%.*s does not hold %.*s any more, so nothing was changed\n%s",
                       STR_ARG(table), STR_ARG(had), hint);
    return str_fmt(a, "%.*s holds %.*s already, so nothing was changed\n%s",
                   STR_ARG(table), STR_ARG(adds), hint);
}

bool ledger_move(struct sink *s, const struct ledger_names *names,
                 const struct step *step, const struct run *run, struct arena *a,
                 struct err *e)
{
    const struct strs *removed = &step->removed, *added = &step->added;
    if (removed->n == 0 && added->n == 0)
        return true;
    struct move m = {.sql = buf_in(a), .arena = a};
    str table = qualified(names, names->version_table, a);
    size_t both = removed->n && added->n ? 1 : 0;
    if (both)
        put_update(&m, table, removed->at[0], added->at[0]);
    if (removed->n > both)
        put_delete(&m, table, removed->at + both, removed->n - both);
    if (added->n > both)
        put_insert(&m, table, added->at + both, added->n - both);
    put_log(&m, names, run);
    put_guard(&m, both, removed->n > both, added->n > both);
    struct stmt stmt = {
        .sql = buf_done(&m.sql),
        .params = m.params,
        .n_params = m.n,
        .flags = STMT_QUIET | STMT_AGAIN,
        .guard = guard_text(names, step, a),
    };
    if (step->revision)
        stmt.from.file = step->revision->file;
    return s->exec(s, &stmt, e);
}

bool ledger_record(struct sink *s, const struct ledger_names *names,
                   const struct run *run, struct arena *a, struct err *e)
{
    struct move m = {.sql = buf_in(a), .arena = a};
    put_log(&m, names, run);
    buf_put(&m.sql, "(VALUES (1)) AS once");
    struct stmt stmt = {.sql = str_trim(buf_done(&m.sql)),
                        .params = m.params,
                        .n_params = m.n,
                        .flags = STMT_QUIET};
    return s->exec(s, &stmt, e);
}

/* -- log ---------------------------------------------------------------------------- */

bool ledger_log(struct sink *s, const struct ledger_names *names, int64_t limit,
                struct rows *out, struct arena *a, struct err *e)
{
    bool there;
    *out = (struct rows){0};
    if (!ledger_has(s, names, STR("moonshift_log"), &there, a, e))
        return false;
    if (!there)
        return true;
    struct param params[] = {sql_param(names->version_table), {.null = limit <= 0}};
    if (limit > 0)
        params[1].text = str_fmt(a, "%lld", (long long)limit);
    struct stmt stmt = {.sql = ledger_expand(sql_named("ledger_log"), names, a),
                        .params = params,
                        .n_params = 2,
                        .flags = STMT_QUIET};
    return s->query(s, &stmt, out, a, e);
}
